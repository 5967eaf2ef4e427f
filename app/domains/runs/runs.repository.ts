import type { CheckResult, CodeSnapshot, RunResources, Scheduling } from '../../contract/execution.ts';
import type { ArtifactId, Digest, ExperimentId, JobId, ProjectId, RunId } from '../../contract/ids.ts';
import type { Failure, JobState } from '../../contract/jobs.contract.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Artifact, Run } from '../../contract/runs.contract.ts';
import type { ParameterValue, Progress } from '../../contract/wire.ts';
import type { GrantedGpu } from '../../executors/executor.ts';
import type { Database, SqlRow, SqlValue } from '../../kernel/ports/database.ts';
import { createExperimentRows } from './experiment-rows.ts';
import { createRunRows, type RunRow } from './run-rows.ts';

export type { RunPlace } from './experiment-rows.ts';
export type { ListedRun, RunRow } from './run-rows.ts';

export interface RunInsert {
  readonly id: RunId;
  readonly projectId: ProjectId;
  readonly experimentId: ExperimentId;
  readonly name: string;
  readonly color: number;
  readonly template: string;
  readonly target: string;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly inputs: Run['inputs'];
  readonly environment: Readonly<Record<string, string>>;
  readonly parentRunId: RunId | null;
  readonly reproducesRunId: RunId | null;
  readonly preflight: boolean;
  readonly recipe: Recipe | null;
  readonly code: CodeSnapshot | null;
  readonly resources: RunResources;
  readonly scheduling: Scheduling;
  readonly checks: readonly CheckResult[];
  readonly createdAt: number;
}

export type RunChange = Partial<{
  status: JobState;
  environment: RunRow['environment'];
  summary: RunRow['summary'];
  checks: readonly CheckResult[];
  gpus: readonly GrantedGpu[];
  attempt: number;
  priority: number;
  notBefore: number | null;
  after: readonly RunId[];
  retries: number;
  held: boolean;
  name: string;
  progress: Progress;
  failure: Failure | null;
  handle: RunRow['handle'];
  jobId: JobId;
  checkpointStep: number | null;
  startedAt: number | null;
  endedAt: number | null;
  deletedAt: number | null;
}>;

/** The target of runs whose programs log over the network: nobody here starts, watches or ends them. */
export const EXTERNAL = 'external';

const columnOf: Record<keyof RunChange, { column: string; json: boolean }> = {
  status: { column: 'status', json: false },
  environment: { column: 'environment', json: true },
  summary: { column: 'summary', json: true },
  checks: { column: 'checks', json: true },
  gpus: { column: 'gpus', json: true },
  attempt: { column: 'attempt', json: false },
  priority: { column: 'priority', json: false },
  notBefore: { column: 'not_before', json: false },
  after: { column: 'after_runs', json: true },
  retries: { column: 'retries', json: false },
  held: { column: 'held', json: false },
  name: { column: 'name', json: false },
  progress: { column: 'progress', json: true },
  failure: { column: 'failure', json: true },
  handle: { column: 'handle', json: true },
  jobId: { column: 'job_id', json: false },
  checkpointStep: { column: 'checkpoint_step', json: false },
  startedAt: { column: 'started_at', json: false },
  endedAt: { column: 'ended_at', json: false },
  deletedAt: { column: 'deleted_at', json: false },
};

const json = (value: unknown): SqlValue =>
  value === null || value === undefined ? null : JSON.stringify(value);

export function createRunRepository(database: Database) {
  return {
    ...createRunRows(database),
    ...createExperimentRows(database),
    insert(run: RunInsert): void {
      database
        .prepare(
          `INSERT INTO runs (id, project_id, experiment_id, name, color, status, template, target, progress, environment, parent_run_id,
             reproduces, preflight, recipe, code, resources, priority, not_before, after_runs, retries, held, checks, created_at)
           VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          run.id,
          run.projectId,
          run.experimentId,
          run.name,
          run.color,
          run.template,
          run.target,
          JSON.stringify({ fraction: null, message: 'waiting for its turn', rate: null, remainingMs: null }),
          JSON.stringify(run.environment),
          run.parentRunId,
          run.reproducesRunId,
          Number(run.preflight),
          json(run.recipe),
          json(run.code),
          json(run.resources),
          run.scheduling.priority,
          run.scheduling.notBefore,
          json(run.scheduling.after),
          run.scheduling.retries,
          Number(run.scheduling.held),
          json(run.checks),
          run.createdAt,
        );
      for (const [key, value] of Object.entries(run.params)) this.setParam(run.id, key, value);
      for (const [key, value] of Object.entries(run.tags)) this.setTag(run.id, key, value);
      for (const input of run.inputs) {
        database
          .prepare(
            'INSERT INTO run_inputs (run_id, name, dataset_version_id, dataset_name, version, digest, split) VALUES (?, ?, ?, ?, ?, ?, ?)',
          )
          .run(
            run.id,
            input.name,
            input.datasetVersionId,
            input.datasetName,
            input.version,
            input.digest,
            json(input.split),
          );
      }
    },
    change(id: RunId, change: RunChange): void {
      for (const [key, value] of Object.entries(change)) {
        const { column, json: encoded } = columnOf[key as keyof RunChange];
        database
          .prepare(`UPDATE runs SET ${column} = ? WHERE id = ?`)
          .run(encoded ? json(value) : typeof value === 'boolean' ? Number(value) : (value as SqlValue), id);
      }
    },
    setParam(id: RunId, key: string, value: ParameterValue): void {
      database
        .prepare(
          'INSERT INTO run_params (run_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
        )
        .run(id, key, JSON.stringify(value));
    },
    /** @param value null removes the tag @returns whether it was another before */
    setTag(id: RunId, key: string, value: string | null): boolean {
      const { changes } =
        value === null
          ? database.prepare('DELETE FROM run_tags WHERE run_id = ? AND key = ?').run(id, key)
          : database
              .prepare(
                `INSERT INTO run_tags (run_id, key, value) VALUES (?, ?, ?)
                 ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
              )
              .run(id, key, value);
      return changes > 0;
    },
    /** What was measured is added to what is known; it has to survive a restart in the middle of a run. */
    addEnergy(id: RunId, wattHours: number, sampledMs: number): void {
      database
        .prepare(
          'UPDATE runs SET watt_hours = COALESCE(watt_hours, 0) + ?, sampled_ms = sampled_ms + ? WHERE id = ?',
        )
        .run(wattHours, Math.round(sampledMs), id);
    },
    /** Runs that wait, in the order in which they would start. */
    queuedIds(): RunId[] {
      return database
        .prepare(
          `SELECT id FROM runs WHERE status = 'queued' AND deleted_at IS NULL AND target <> '${EXTERNAL}'
           ORDER BY priority DESC, created_at, id`,
        )
        .all()
        .map((row) => row.id as RunId);
    },
    statusOf(id: RunId): { name: string; status: JobState } | null {
      const row = database.prepare('SELECT name, status FROM runs WHERE id = ?').get(id);
      return row ? { name: String(row.name), status: row.status as JobState } : null;
    },
    activeByTarget(): Record<string, number> {
      const rows = database
        .prepare(
          `SELECT target, COUNT(*) AS active FROM runs WHERE status IN ('queued', 'running') AND target <> '${EXTERNAL}'
           GROUP BY target`,
        )
        .all();
      return Object.fromEntries(rows.map((row) => [String(row.target), Number(row.active)]));
    },
    idsByName(project: ProjectId, name: string): RunId[] {
      return database
        .prepare(
          'SELECT id FROM runs WHERE project_id = ? AND name = ? AND deleted_at IS NULL ORDER BY created_at DESC LIMIT 2',
        )
        .all(project, name)
        .map((row) => row.id as RunId);
    },
    /** Of runs that Lathe looks after. */
    idsByStatus(...statuses: JobState[]): RunId[] {
      return database
        .prepare(
          `SELECT id FROM runs WHERE status IN (SELECT value FROM json_each(?)) AND target <> '${EXTERNAL}'
           ORDER BY created_at, id`,
        )
        .all(JSON.stringify(statuses))
        .map((row) => row.id as RunId);
    },
    colorsInUse(project: ProjectId): number[] {
      return database
        .prepare('SELECT color FROM runs WHERE project_id = ? AND deleted_at IS NULL')
        .all(project)
        .map((row) => Number(row.color));
    },
    nameTaken(project: ProjectId, name: string): boolean {
      return (
        database
          .prepare('SELECT 1 FROM runs WHERE project_id = ? AND name = ? AND deleted_at IS NULL')
          .get(project, name) !== undefined
      );
    },
    putArtifact(run: RunId, artifact: Artifact): void {
      database
        .prepare(
          `INSERT INTO run_artifacts (id, run_id, path, size_bytes, digest, kind, key, step, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (run_id, path) DO UPDATE SET size_bytes = excluded.size_bytes, digest = excluded.digest, kind = excluded.kind,
             key = excluded.key, step = excluded.step, created_at = excluded.created_at`,
        )
        .run(
          artifact.id,
          run,
          artifact.path,
          artifact.sizeBytes,
          artifact.digest,
          artifact.kind,
          artifact.key,
          artifact.step,
          artifact.createdAt,
        );
    },
    artifacts(run: RunId): Artifact[] {
      return database
        .prepare('SELECT * FROM run_artifacts WHERE run_id = ? ORDER BY path')
        .all(run)
        .map(toArtifact);
    },
    artifact(id: ArtifactId): (Artifact & { runId: RunId }) | null {
      const row = database.prepare('SELECT * FROM run_artifacts WHERE id = ?').get(id);
      return row ? { ...toArtifact(row), runId: row.run_id as RunId } : null;
    },
    journalOffset(run: RunId, writer: string): number {
      return Number(
        database
          .prepare('SELECT offset_bytes FROM run_journals WHERE run_id = ? AND writer = ?')
          .get(run, writer)?.offset_bytes ?? 0,
      );
    },
    setJournalOffset(run: RunId, writer: string, offsetBytes: number): void {
      database
        .prepare(
          'INSERT INTO run_journals (run_id, writer, offset_bytes) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET offset_bytes = excluded.offset_bytes',
        )
        .run(run, writer, offsetBytes);
    },
    modelsOf(run: RunId): { name: string; version: number }[] {
      return database
        .prepare(
          'SELECT m.name, v.version FROM model_versions v JOIN models m ON m.id = v.model_id WHERE v.run_id = ? ORDER BY m.name, v.version',
        )
        .all(run)
        .map((row) => ({ name: String(row.name), version: Number(row.version) }));
    },
  };
}

export type RunRepository = ReturnType<typeof createRunRepository>;

function toArtifact(row: SqlRow): Artifact {
  return {
    id: row.id as ArtifactId,
    path: String(row.path),
    sizeBytes: Number(row.size_bytes),
    digest: row.digest as Digest,
    kind: row.kind as Artifact['kind'],
    key: row.key === null ? null : String(row.key),
    step: row.step === null ? null : Number(row.step),
    createdAt: Number(row.created_at),
  };
}
