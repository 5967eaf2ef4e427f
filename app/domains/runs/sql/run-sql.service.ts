import path from 'node:path';
import type { RunId } from '../../../contract/ids.ts';
import type { SqlAnswer, VerifiedMetrics } from '../../../contract/run-sql.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { QueryEngine } from '../../../kernel/ports/query-engine.ts';
import type { MetricDamage } from '../../../storage/metric-store.ts';
import type { Projects } from '../../projects/index.ts';
import type { Runs } from '../runs.service.ts';
import { type Narrowing, narrowQuery } from './narrow-query.ts';
import { comparable, conditionOf, storedTables } from './narrowed-tables.ts';
import { type Metric, pointBatches } from './point-batches.ts';
import { parseTree } from './query-tree.ts';
import { COUNTED, FED_POINTS, metricTexts, POINTS, type RunView, runTexts, runViews } from './tables.ts';
import { type CheckedRun, verifyMetrics } from './verify-metrics.ts';

/** Points beyond these do not fit what a query may hold in memory and on the disk beside it. */
const MOST_POINTS = 25_000_000;
/** Damaged places that an answer names; all of them are counted. */
const MOST_DAMAGED = 100;

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
   * Answer one query over the runs of a project that are not deleted. Only views that it names are filled, with the rows
   * that its comparisons with texts leave. Points that are damaged are named beside the answer.
   *
   * @throws AppError INVALID_INPUT for a wrong query, TIME_LIMIT, TOO_LARGE where `points` would hold too many
   */
  query(query: RunSqlQuery, signal?: AbortSignal): Promise<SqlAnswer>;
  /**
   * Read every stored point of the named runs, or of all of a project, deleted ones too, and say what is damaged.
   *
   * @throws AppError NOT_FOUND
   */
  verify(
    project: string | undefined,
    runs: readonly string[] | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<VerifiedMetrics, void, void>;
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
      const narrowing = await narrow(query, views, timeLimitMs, signal);
      const damaged: MetricDamage[] = [];
      const answer = await parts.engine.ask(
        {
          databasePath: core.folders.database,
          stored: storedTables(views, narrowing, project),
          fed: views.some(({ name }) => name === POINTS)
            ? {
                ...FED_POINTS,
                batches: pointBatches(
                  parts.runs.intake.metrics,
                  metrics(project, runs, asked.keys, narrowing),
                  damaged,
                ),
              }
            : null,
          views: views.map(
            ({ name, columns, from }) => `CREATE VIEW ${name} AS SELECT ${columns} FROM ${from}`,
          ),
          query,
          limit,
          timeLimitMs,
          spillFolder: spillFolder(),
        },
        signal,
      );
      return {
        columns: answer.columns.map((column) => ({ ...column })),
        rows: answer.rows.map((row) => [...row]),
        truncated: answer.truncated,
        durationMs: performance.now() - since,
        ...(damaged.length > 0 && {
          damaged: {
            points: damaged.reduce((sum, { points }) => sum + points, 0),
            places: damaged.slice(0, MOST_DAMAGED).map(({ run, ...place }) => ({ runId: run, ...place })),
          },
        }),
      };
    },
    verify(project, named, signal) {
      const runs = named?.map((each) => parts.runs.get(project, each).id);
      const found = checked(parts.projects.resolve(project).id, runs);
      return verifyMetrics(parts.runs.intake.metrics, found, signal);
    },
  };

  function checked(project: string, named: readonly RunId[] | undefined): CheckedRun[] {
    return core.database
      .prepare(
        `SELECT r.id, r.name, sum(x.points) AS points FROM metric_keys x JOIN runs r ON r.id = x.run_id
         WHERE r.project_id = ? AND (? IS NULL OR r.id IN (SELECT value FROM json_each(?))) GROUP BY r.id`,
      )
      .all(project, ...Array(2).fill(named ? JSON.stringify(named) : null))
      .map((row) => ({ id: row.id as RunId, name: String(row.name), points: Number(row.points) }));
  }

  function spillFolder(): string {
    return path.join(core.folders.cache, `query-${newId<string>(core.clock.now())}`);
  }

  /** What the query can use of the views, by the tree that the engine makes of it; null where that says nothing. */
  async function narrow(
    query: string,
    views: readonly RunView[],
    timeLimitMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Narrowing | null> {
    if (!query.includes("'") || views.every(({ name }) => name === 'runs')) return null;
    const { rows } = await parts.engine.ask(
      {
        ...{ databasePath: core.folders.database, stored: [], fed: null, views: [], limit: 1, timeLimitMs },
        query: `SELECT json_serialize_sql('${query.replaceAll("'", "''")}', skip_null := true, skip_default := true)`,
        spillFolder: spillFolder(),
      },
      signal,
    );
    const tree = parseTree(rows[0]?.[0]);
    return tree && narrowQuery(tree, comparable, new Set(Object.keys(runTexts)));
  }

  /** Metrics whose points the query may read. */
  function metrics(
    project: string,
    runs: readonly RunId[] | undefined,
    keys: readonly string[] | undefined,
    narrowing: Narrowing | null,
  ): Metric[] {
    const { sql, parameters } = conditionOf([POINTS], metricTexts, narrowing);
    const some = (column: string, name: string, values: readonly string[] | undefined) =>
      values === undefined ? '' : `AND ${column} IN (SELECT value FROM json_each(@${name}))`;
    const { text, values } = positional(
      `SELECT x.id, x.run_id, x.key, x.points FROM metric_keys x JOIN runs r ON r.id = x.run_id
       WHERE ${COUNTED} AND ${sql} ${some('r.id', 'runs', runs)} ${some('x.key', 'keys', keys)}`,
      { project, runs: JSON.stringify(runs ?? []), keys: JSON.stringify(keys ?? []), ...parameters },
    );
    const found = core.database.prepare(text).all(...values);
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

/** A statement with its parameters by position. */
function positional(statement: string, parameters: Readonly<Record<string, string>>) {
  const values: string[] = [];
  const text = statement.replace(/@(\w+)/g, (_, name: string) => {
    values.push(parameters[name]!);
    return '?';
  });
  return { text, values };
}

/** Every view that stands in the query as a word; one too many costs only time. */
function namedIn(query: string): RunView[] {
  const asksForAll = /\b(show|information_schema|duckdb_\w+)\b/i.test(query);
  return runViews.filter(({ name }) => asksForAll || new RegExp(`\\b${name}\\b`, 'i').test(query));
}
