import type { CodeSnapshot } from '../../contract/execution.ts';
import type { Digest, ExperimentId, JobId, ProjectId, RunId } from '../../contract/ids.ts';
import type { JobState } from '../../contract/jobs.contract.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Run, RunDetail } from '../../contract/runs.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import type { Database, SqlRow, SqlValue } from '../../kernel/ports/database.ts';
import type { RunKeys } from './table/run-keys.ts';
import { valuesByRun } from './table/values-by-run.ts';

/** What a table shows of a run. */
export interface ListedRun extends Omit<Run, 'metrics' | 'durationMs' | 'waitingFor' | 'energy'> {
  readonly wattHours: number | null;
  readonly sampledMs: number;
}

export interface RunRow extends ListedRun {
  readonly recipe: Recipe | null;
  readonly code: CodeSnapshot | null;
  readonly summary: RunDetail['summary'];
  readonly checkpointStep: number | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly handle: Readonly<Record<string, string | number | null>> | null;
  readonly deletedAt: number | null;
}

/** Runs as they are stored, with their parameters, tags and inputs. */
export function createRunRows(database: Database) {
  return {
    /** In the order of the ids; runs that are not there are left out. */
    byIds(ids: readonly RunId[]): RunRow[] {
      const rows = rowsOf(ids, 'r.*');
      return inOrder(ids, rows, listed(rows, undefined), toRunRow);
    },
    /** The same without what only one run's page shows, which may be large. @param keys only these parameters and tags; without, all */
    listedByIds(ids: readonly RunId[], keys?: Pick<RunKeys, 'params' | 'tags'>): ListedRun[] {
      const rows = rowsOf(ids, LISTED_COLUMNS);
      return inOrder(ids, rows, listed(rows, keys), (run) => run);
    },
  };

  function rowsOf(ids: readonly RunId[], columns: string): SqlRow[] {
    return database
      .prepare(
        `SELECT ${columns}, e.name AS experiment_name FROM runs r JOIN experiments e ON e.id = r.experiment_id
         WHERE r.id IN (SELECT value FROM json_each(?))`,
      )
      .all(JSON.stringify(ids));
  }

  function inOrder<Result>(
    ids: readonly RunId[],
    rows: readonly SqlRow[],
    runs: readonly ListedRun[],
    finish: (run: ListedRun, row: SqlRow) => Result,
  ): Result[] {
    const places = new Map(rows.map((row, place) => [row.id as RunId, place]));
    return ids.flatMap((id) => {
      const place = places.get(id);
      return place === undefined ? [] : finish(runs[place]!, rows[place]!);
    });
  }

  /** Rows with their parameters, tags and inputs: three queries however many runs. */
  function listed(rows: readonly SqlRow[], keys: Pick<RunKeys, 'params' | 'tags'> | undefined): ListedRun[] {
    const ids = rows.map((row) => row.id as RunId);
    const params = valuesByRun<ParameterValue>(database, 'params', ids, keys?.params);
    const tags = valuesByRun<string>(database, 'tags', ids, keys?.tags);
    const inputs = Map.groupBy(
      database
        .prepare('SELECT * FROM run_inputs WHERE run_id IN (SELECT value FROM json_each(?))')
        .all(JSON.stringify(ids)),
      (row) => row.run_id as RunId,
    );
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
        params: params.get(id) ?? {},
        tags: tags.get(id) ?? {},
        inputs: (inputs.get(id) ?? []).map((input) => ({
          name: String(input.name),
          datasetVersionId: input.dataset_version_id as Run['inputs'][number]['datasetVersionId'],
          datasetName: String(input.dataset_name),
          version: Number(input.version),
          digest: input.digest as Digest,
          ...(input.split !== null && { split: JSON.parse(String(input.split)) }),
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
        wattHours: row.watt_hours === null ? null : Number(row.watt_hours),
        sampledMs: Number(row.sampled_ms),
        createdAt: Number(row.created_at),
        startedAt: toNumber(row.started_at),
        endedAt: toNumber(row.ended_at),
      };
    });
  }
}

/** Of the table `runs r`; the columns that are left out hold what only one run's page shows. */
const LISTED_COLUMNS = [
  ...['id', 'project_id', 'experiment_id', 'name', 'color', 'status', 'template', 'target', 'progress'],
  ...['failure', 'checkpoint_step', 'job_id', 'parent_run_id', 'reproduces', 'resources', 'priority'],
  ...['not_before', 'after_runs', 'retries', 'held', 'attempt', 'gpus', 'checks', 'preflight'],
  ...['watt_hours', 'sampled_ms', 'created_at', 'started_at', 'ended_at'],
]
  .map((column) => `r.${column}`)
  .join(', ');

const toRunRow = (run: ListedRun, row: SqlRow): RunRow => ({
  ...run,
  recipe: row.recipe === null ? null : JSON.parse(String(row.recipe)),
  code: row.code === null ? null : JSON.parse(String(row.code)),
  summary: JSON.parse(String(row.summary)),
  checkpointStep: toNumber(row.checkpoint_step),
  environment: JSON.parse(String(row.environment)),
  handle: row.handle === null ? null : JSON.parse(String(row.handle)),
  deletedAt: toNumber(row.deleted_at),
});

const toNumber = (value: SqlValue | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);
