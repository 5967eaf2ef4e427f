import type { RunId } from '../../contract/ids.ts';
import type { Database, SqlRow, SqlValue } from '../../kernel/ports/database.ts';
import { type MetricStatistics, noStatistics } from './metric-statistics.ts';

/** One metric of one run: what is known of its points and where they are. */
export interface MetricKey {
  readonly id: number;
  readonly run: RunId;
  readonly key: string;
  readonly statistics: MetricStatistics;
  /** Whether the points were recorded in the order of their steps, so that chunks follow each other. */
  ordered: boolean;
  /** Points in chunks; the others are in the tail. */
  sealedPoints: number;
  /** Chunks that are full and never change again. */
  closedChunks: number;
  /** Points in the chunk after these, which is replaced by a longer one until it is full. */
  openPoints: number;
}

/** Whether there are points in no chunk yet. */
export const hasTail = ({ statistics, sealedPoints }: MetricKey): boolean => statistics.points > sealedPoints;

/** The key's row, which is made if there is none. */
export function metricKey(database: Database, run: RunId, key: string): MetricKey {
  const select = database.prepare('SELECT * FROM metric_keys WHERE run_id = ? AND key = ?');
  const row = select.get(run, key);
  if (row) return toMetricKey(row);
  const made = database.prepare('INSERT INTO metric_keys (run_id, key) VALUES (?, ?)').run(run, key);
  const nothing = { sealedPoints: 0, closedChunks: 0, openPoints: 0 };
  return {
    id: Number(made.lastInsertRowid),
    run,
    key,
    statistics: { ...noStatistics },
    ordered: true,
    ...nothing,
  };
}

/** Keys of runs, by key and then by run; only those named if any are. */
export function metricKeys(
  database: Database,
  runs: readonly RunId[],
  keys?: readonly string[],
): MetricKey[] {
  const named = keys === undefined ? '' : 'AND key IN (SELECT value FROM json_each(?))';
  return database
    .prepare(
      `SELECT * FROM metric_keys WHERE run_id IN (SELECT value FROM json_each(?)) ${named} ORDER BY key, run_id`,
    )
    .all(JSON.stringify(runs), ...(keys === undefined ? [] : [JSON.stringify(keys)]))
    .map(toMetricKey);
}

export function saveMetricKey(database: Database, metric: MetricKey): void {
  const { statistics: known } = metric;
  database
    .prepare(
      `UPDATE metric_keys SET points = ?, finite_points = ?, mean_value = ?, min_value = ?, max_value = ?,
         first_step = ?, first_time = ?, latest_time = ?, last_step = ?, last_time = ?, last_value = ?,
         last_greatest = ?, ordered = ?, sealed_points = ?, closed_chunks = ?, open_points = ? WHERE id = ?`,
    )
    .run(
      known.points,
      known.finite,
      toColumn(known.mean),
      toColumn(known.min),
      toColumn(known.max),
      known.firstStep,
      known.firstTimeMs,
      known.latestTimeMs,
      known.lastStep,
      known.lastTimeMs,
      toColumn(known.lastValue),
      toColumn(known.lastGreatest),
      metric.ordered ? 1 : 0,
      metric.sealedPoints,
      metric.closedChunks,
      metric.openPoints,
      metric.id,
    );
}

export function toMetricKey(row: SqlRow): MetricKey {
  return {
    id: Number(row.id),
    run: row.run_id as RunId,
    key: String(row.key),
    statistics: {
      points: Number(row.points),
      finite: Number(row.finite_points),
      mean: toDouble(row.mean_value),
      min: toDouble(row.min_value),
      max: toDouble(row.max_value),
      firstStep: Number(row.first_step),
      firstTimeMs: Number(row.first_time),
      latestTimeMs: Number(row.latest_time),
      lastStep: Number(row.last_step),
      lastTimeMs: Number(row.last_time),
      lastValue: toDouble(row.last_value),
      lastGreatest: toDouble(row.last_greatest),
    },
    ordered: row.ordered === 1,
    sealedPoints: Number(row.sealed_points),
    closedChunks: Number(row.closed_chunks),
    openPoints: Number(row.open_points),
  };
}

/** SQLite has no NaN: NULL stands for it. */
const toColumn = (value: number): SqlValue => (Number.isNaN(value) ? null : value);
const toDouble = (value: SqlValue | undefined): number => (typeof value === 'number' ? value : Number.NaN);
