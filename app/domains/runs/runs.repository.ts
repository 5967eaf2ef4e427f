import type { CheckResult, CodeSnapshot, RunResources, Scheduling } from '../../contract/execution.ts';
import type { ArtifactId, Digest, ExperimentId, JobId, ProjectId, RunId } from '../../contract/ids.ts';
import type { Failure, JobState } from '../../contract/jobs.contract.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Artifact, Experiment, Run, RunDetail } from '../../contract/runs.contract.ts';
import type { ParameterValue, Progress } from '../../contract/wire.ts';
import type { GrantedGpu } from '../../executors/executor.ts';
import type { Database, SqlRow, SqlValue } from '../../kernel/ports/database.ts';

export interface RunRow extends Omit<Run, 'metrics' | 'durationMs' | 'waitingFor' | 'energy'> {
  readonly recipe: Recipe | null;
  readonly code: CodeSnapshot | null;
  readonly summary: RunDetail['summary'];
  readonly checkpointStep: number | null;
  readonly wattHours: number | null;
  readonly sampledMs: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly handle: Readonly<Record<string, string | number | null>> | null;
  readonly deletedAt: number | null;
}

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
            'INSERT INTO run_inputs (run_id, name, dataset_version_id, dataset_name, version, digest) VALUES (?, ?, ?, ?, ?, ?)',
          )
          .run(run.id, input.name, input.datasetVersionId, input.datasetName, input.version, input.digest);
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
    setTag(id: RunId, key: string, value: string | null): void {
      if (value === null) database.prepare('DELETE FROM run_tags WHERE run_id = ? AND key = ?').run(id, key);
      else
        database
          .prepare(
            'INSERT INTO run_tags (run_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
          )
          .run(id, key, value);
    },
    byIds(ids: readonly RunId[]): RunRow[] {
      const rows = database
        .prepare(
          `SELECT r.*, e.name AS experiment_name FROM runs r JOIN experiments e ON e.id = r.experiment_id
           WHERE r.id IN (SELECT value FROM json_each(?))`,
        )
        .all(JSON.stringify(ids));
      const byId = new Map(assemble(rows).map((run) => [run.id, run]));
      return ids.flatMap((id) => byId.get(id) ?? []);
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
    experiment(project: ProjectId, name: string): ExperimentId | null {
      return (database
        .prepare('SELECT id FROM experiments WHERE project_id = ? AND name = ?')
        .get(project, name)?.id ?? null) as ExperimentId | null;
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

  /** Rows with their parameters, tags and inputs: three queries however many runs. */
  function assemble(rows: readonly SqlRow[]): RunRow[] {
    const ids = JSON.stringify(rows.map((row) => row.id));
    const of = (table: string) =>
      Map.groupBy(
        database.prepare(`SELECT * FROM ${table} WHERE run_id IN (SELECT value FROM json_each(?))`).all(ids),
        (row) => row.run_id as RunId,
      );
    const params = of('run_params');
    const tags = of('run_tags');
    const inputs = of('run_inputs');
    return rows.map((row) => {
      const id = row.id as RunId;
      return {
        id,
        projectId: row.project_id as ProjectId,
        experimentId: row.experiment_id as ExperimentId,
        experimentName: String(row.experiment_name),
        name: String(row.name),
        color: Number(row.color),
        status: row.status as JobState,
        template: String(row.template),
        target: String(row.target),
        params: Object.fromEntries(
          (params.get(id) ?? []).map((param) => [String(param.key), JSON.parse(String(param.value))]),
        ),
        tags: Object.fromEntries((tags.get(id) ?? []).map((tag) => [String(tag.key), String(tag.value)])),
        inputs: (inputs.get(id) ?? []).map((input) => ({
          name: String(input.name),
          datasetVersionId: input.dataset_version_id as Run['inputs'][number]['datasetVersionId'],
          datasetName: String(input.dataset_name),
          version: Number(input.version),
          digest: input.digest as Digest,
        })),
        progress: JSON.parse(String(row.progress)),
        failure: row.failure === null ? null : JSON.parse(String(row.failure)),
        resumable:
          row.checkpoint_step !== null && ['lost', 'failed', 'cancelled'].includes(String(row.status)),
        jobId: row.job_id as JobId | null,
        parentRunId: row.parent_run_id as RunId | null,
        reproducesRunId: row.reproduces as RunId | null,
        resources: JSON.parse(String(row.resources)),
        scheduling: {
          priority: Number(row.priority),
          notBefore: toNumber(row.not_before),
          after: JSON.parse(String(row.after_runs)),
          retries: Number(row.retries),
          held: Boolean(row.held),
        },
        attempt: Number(row.attempt),
        gpus: JSON.parse(String(row.gpus)),
        checks: JSON.parse(String(row.checks)),
        preflight: Boolean(row.preflight),
        recipe: row.recipe === null ? null : JSON.parse(String(row.recipe)),
        code: row.code === null ? null : JSON.parse(String(row.code)),
        summary: JSON.parse(String(row.summary)),
        checkpointStep: toNumber(row.checkpoint_step),
        wattHours: row.watt_hours === null ? null : Number(row.watt_hours),
        sampledMs: Number(row.sampled_ms),
        environment: JSON.parse(String(row.environment)),
        handle: row.handle === null ? null : JSON.parse(String(row.handle)),
        createdAt: Number(row.created_at),
        startedAt: toNumber(row.started_at),
        endedAt: toNumber(row.ended_at),
        deletedAt: toNumber(row.deleted_at),
      };
    });
  }
}

export type RunRepository = ReturnType<typeof createRunRepository>;

const toNumber = (value: SqlValue | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

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
