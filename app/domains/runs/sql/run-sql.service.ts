import path from 'node:path';
import type { RunId } from '../../../contract/ids.ts';
import type { SqlAnswer } from '../../../contract/run-sql.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { QueryEngine } from '../../../kernel/ports/query-engine.ts';
import type { MetricStore } from '../../../storage/metric-store.ts';
import type { Projects } from '../../projects/index.ts';
import type { Runs } from '../runs.service.ts';
import { FED_POINTS, POINTS, type RunView, runViews } from './tables.ts';

/** Points beyond these do not fit what a query may hold in memory and on the disk beside it. */
const MOST_POINTS = 25_000_000;
/** Points sent at a time: few enough that the core's thread is free again after a moment. */
const BATCH_POINTS = 32_768;

export interface RunSqlQuery {
  readonly project?: string | undefined;
  readonly query: string;
  readonly limit: number;
  readonly timeLimitMs: number;
  readonly runs?: readonly string[] | undefined;
  readonly keys?: readonly string[] | undefined;
}

export interface RunSql {
  /**
   * Answer one query over the runs of a project that are not deleted. Only views that it names are filled.
   *
   * @throws AppError INVALID_INPUT for a wrong query, TIME_LIMIT, TOO_LARGE where `points` would hold too many
   */
  query(query: RunSqlQuery, signal?: AbortSignal): Promise<SqlAnswer>;
}

interface Metric {
  readonly id: number;
  readonly run: RunId;
  readonly key: string;
}

export function createRunSql(
  core: Core,
  parts: {
    readonly projects: Pick<Projects, 'resolve'>;
    readonly runs: Pick<Runs, 'get' | 'intake'>;
    readonly engine: QueryEngine;
  },
): RunSql {
  return {
    async query({ query, limit, timeLimitMs, ...asked }, signal) {
      const since = performance.now();
      const project = parts.projects.resolve(asked.project).id;
      const runs = asked.runs?.map((named) => parts.runs.get(asked.project, named).id);
      const views = namedIn(query);
      const tables = new Map(views.flatMap((view) => view.tables.map((table) => [table.name, table])));
      const answer = await parts.engine.ask(
        {
          databasePath: core.folders.database,
          stored: [...tables.values()].map((table) => ({ ...table, parameters: { project } })),
          fed: views.some(({ name }) => name === POINTS)
            ? {
                ...FED_POINTS,
                batches: pointBatches(parts.runs.intake.metrics, metrics(project, runs, asked.keys)),
              }
            : null,
          views: views.map(
            ({ name, columns, from }) => `CREATE VIEW ${name} AS SELECT ${columns} FROM ${from}`,
          ),
          query,
          limit,
          timeLimitMs,
          spillFolder: path.join(core.folders.cache, `query-${newId<string>(core.clock.now())}`),
        },
        signal,
      );
      return {
        columns: answer.columns.map((column) => ({ ...column })),
        rows: answer.rows.map((row) => [...row]),
        truncated: answer.truncated,
        durationMs: performance.now() - since,
      };
    },
  };

  /** Metrics whose points the query may read. */
  function metrics(
    project: string,
    runs: readonly RunId[] | undefined,
    keys: readonly string[] | undefined,
  ): Metric[] {
    const some = (column: string, values: readonly string[] | undefined) =>
      values === undefined ? '' : `AND ${column} IN (SELECT value FROM json_each(?))`;
    const found = core.database
      .prepare(
        `SELECT m.id, m.run_id, m.key, m.points FROM metric_keys m JOIN runs r ON r.id = m.run_id
         WHERE r.project_id = ? AND r.deleted_at IS NULL ${some('r.id', runs)} ${some('m.key', keys)}`,
      )
      .all(
        project,
        ...[runs, keys].flatMap((values) => (values === undefined ? [] : [JSON.stringify(values)])),
      );
    const points = found.reduce((sum, row) => sum + Number(row.points), 0);
    if (points > MOST_POINTS) {
      throw new AppError(
        'TOO_LARGE',
        `The view points would hold ${points.toLocaleString('en')} points; ${MOST_POINTS.toLocaleString('en')} are the most.`,
        {
          nextStep: 'Name the runs or the metrics that you mean (--run, --key), or use the view metrics.',
          details: { points, limit: MOST_POINTS },
        },
      );
    }
    return found.map((row) => ({ id: Number(row.id), run: row.run_id as RunId, key: String(row.key) }));
  }
}

/** Every view that stands in the query as a word; one too many costs only time. */
function namedIn(query: string): RunView[] {
  const asksForAll = /\b(show|information_schema|duckdb_\w+)\b/i.test(query);
  return runViews.filter(({ name }) => asksForAll || new RegExp(`\\b${name}\\b`, 'i').test(query));
}

/** Points of metrics in batches of columns as FED_POINTS names them. */
function* pointBatches(store: MetricStore, metrics: readonly Metric[]): Generator<Float64Array[]> {
  let batch = newBatch();
  let length = 0;
  for (const { id, run, key } of metrics) {
    for (const { steps, timesMs, values } of store.columns(run, key)) {
      for (let at = 0; at < steps.length; at++) {
        batch[0]![length] = id;
        batch[1]![length] = steps[at]!;
        batch[2]![length] = timesMs[at]!;
        batch[3]![length] = values[at]!;
        length += 1;
        if (length < BATCH_POINTS) continue;
        yield batch;
        batch = newBatch();
        length = 0;
      }
    }
  }
  if (length > 0) yield batch.map((column) => column.slice(0, length));
}

const newBatch = () => FED_POINTS.columns.map(() => new Float64Array(BATCH_POINTS));
