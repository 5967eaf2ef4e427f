import type { ExperimentId, ProjectId, RunId } from '../../contract/ids.ts';
import type { Experiment } from '../../contract/runs.contract.ts';
import type { Database, SqlValue } from '../../kernel/ports/database.ts';
import { LATHE_ARTIFACTS } from '../../kernel/ports/tracking.ts';

export interface RunPlace {
  readonly id: RunId;
  readonly name: string;
  readonly projectId: ProjectId;
  readonly experimentId: ExperimentId;
  readonly experimentName: string;
  /** Whether the experiment's clients keep artifacts where Lathe has no part in it. */
  readonly keepsOutside: boolean;
}

/** Experiments, and which runs belong to them. */
export function createExperimentRows(database: Database) {
  return {
    experiment(project: ProjectId, name: string): ExperimentId | null {
      return (database
        .prepare('SELECT id FROM experiments WHERE project_id = ? AND name = ?')
        .get(project, name)?.id ?? null) as ExperimentId | null;
    },
    /** By id or by name; deleted ones too. */
    experimentNamed(
      project: ProjectId,
      nameOrId: string,
    ): { id: ExperimentId; name: string; keepsOutside: boolean } | null {
      const row = database
        .prepare(
          'SELECT id, name, artifact_location FROM experiments WHERE project_id = ? AND (id = ? OR name = ?) ORDER BY id = ? DESC',
        )
        .get(project, nameOrId, nameOrId, nameOrId);
      return row
        ? {
            id: row.id as ExperimentId,
            name: String(row.name),
            keepsOutside: isOutside(row.artifact_location),
          }
        : null;
    },
    insertExperiment(id: ExperimentId, project: ProjectId, name: string, now: number): void {
      database
        .prepare(
          `INSERT INTO experiments (id, project_id, name, created_at, updated_at, number) VALUES (?, ?, ?, ?, ?,
             CASE WHEN ? = 'Default' AND NOT EXISTS (SELECT 1 FROM experiments WHERE project_id = ? AND number = 0)
                  THEN 0 ELSE (SELECT COALESCE(MAX(number), 0) + 1 FROM experiments) END)`,
        )
        .run(id, project, name, now, now, name, project);
    },
    /** A deleted experiment that gets a run is there again. */
    reviveExperiment(id: ExperimentId): void {
      database
        .prepare('UPDATE experiments SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL')
        .run(id);
    },
    experiments(project: ProjectId): Experiment[] {
      return database
        .prepare(
          `SELECT e.*, (SELECT COUNT(*) FROM runs r WHERE r.experiment_id = e.id AND r.deleted_at IS NULL) AS runs
           FROM experiments e WHERE e.project_id = ? AND e.deleted_at IS NULL ORDER BY e.created_at DESC`,
        )
        .all(project)
        .map((row) => ({
          id: row.id as ExperimentId,
          projectId: row.project_id as ProjectId,
          name: String(row.name),
          runs: Number(row.runs),
          createdAt: Number(row.created_at),
        }));
    },
    /** Where runs belong, in the order of the ids; those that are not there are left out. */
    places(ids: readonly RunId[]): RunPlace[] {
      const rows = database
        .prepare(
          `SELECT r.id, r.name, r.project_id, r.experiment_id, e.name AS experiment_name, e.artifact_location
           FROM runs r JOIN experiments e ON e.id = r.experiment_id WHERE r.id IN (SELECT value FROM json_each(?))`,
        )
        .all(JSON.stringify(ids));
      const byId = new Map(
        rows.map((row) => [
          row.id as RunId,
          {
            id: row.id as RunId,
            name: String(row.name),
            projectId: row.project_id as ProjectId,
            experimentId: row.experiment_id as ExperimentId,
            experimentName: String(row.experiment_name),
            keepsOutside: isOutside(row.artifact_location),
          },
        ]),
      );
      return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
    },
    /** The models that the runs logged go with them. */
    move(ids: readonly RunId[], experiment: ExperimentId): void {
      const list = JSON.stringify(ids);
      for (const [table, column] of [
        ['runs', 'id'],
        ['logged_models', 'source_run_id'],
      ])
        database
          .prepare(
            `UPDATE ${table} SET experiment_id = ? WHERE ${column} IN (SELECT value FROM json_each(?))`,
          )
          .run(experiment, list);
    },
  };
}

/** A location that a client named, and not one of the artifact service. */
const isOutside = (location: SqlValue | undefined): boolean =>
  typeof location === 'string' && !location.startsWith(LATHE_ARTIFACTS);
