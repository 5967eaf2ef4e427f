import type { RunId } from '../contract/ids.ts';
import {
  type MetricPoint,
  type MetricSummary,
  type Series,
  SYSTEM_METRIC,
} from '../contract/runs.contract.ts';
import { toWireNumber, type WireNumber } from '../contract/wire.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Database } from '../kernel/ports/database.ts';
import { drawSeries } from './metrics/draw-series.ts';
import { columnsOf, type MetricColumns, type RecordedPoint } from './metrics/metric-columns.ts';
import type { MetricDamage } from './metrics/metric-damage.ts';
import { hasTail, type MetricKey, metricKey, metricKeys } from './metrics/metric-key.ts';
import type { MetricRange } from './metrics/range.ts';
import { readPoints } from './metrics/read-points.ts';
import { recordPoints, settleMetric } from './metrics/record-points.ts';
import { viewSeries } from './metrics/series-view.ts';
import { type VerifiedPoints, verifyMetric } from './metrics/verify-metric.ts';

export type { MetricColumns, RecordedPoint } from './metrics/metric-columns.ts';
export type { MetricDamage } from './metrics/metric-damage.ts';
export type { MetricRange } from './metrics/range.ts';
export type { VerifiedPoints } from './metrics/verify-metric.ts';

/** What is kept of every metric of a run for tables, without reading its points. */
export interface StoredSummary extends MetricSummary {
  /** Time of the `last` point. */
  readonly lastTimeMs: number;
  /** The earliest and the latest time of all points. */
  readonly firstTimeMs: number;
  readonly latestTimeMs: number;
  /** The greatest of the values at the last step and its latest time, as MLflow chooses; `last` is the one recorded last. */
  readonly lastGreatest: WireNumber;
}

/**
 * Every metric point of every run, in the order it was recorded. Duplicate and out-of-order steps are kept. Points
 * whose bytes are damaged are named wherever they would be read; all others stay readable.
 */
export interface MetricStore {
  /**
   * Called inside the transaction that also moves the journal's offset, so that no point is lost or stored twice.
   *
   * @throws AppError INVALID_INPUT for a step or a time that is no whole number that JavaScript holds exactly
   */
  append(run: RunId, points: readonly RecordedPoint[]): void;
  /**
   * Pack the last points of a run's metrics that came few at a time; when it has ended, say. Later points may follow.
   *
   * @param mostKeys of how many metrics at most: each takes some tenths of a millisecond
   */
  settle(run: RunId, mostKeys?: number): void;
  /** Of all metrics, or of those named. */
  summaries(runs: readonly RunId[], keys?: readonly string[]): Map<RunId, Record<string, StoredSummary>>;
  /**
   * Curves with at most `maxPoints` entries each, of the named keys, or of all but the machine's telemetry. The work
   * grows with `maxPoints` and not with the number of points.
   *
   * @param range only points in it; the whole series without
   */
  series(
    runs: readonly RunId[],
    keys: readonly string[] | undefined,
    maxPoints: number,
    range?: MetricRange,
  ): Series[];
  /** Of one key, or of all but the machine's telemetry. Damaged points are counted by `offset` and `limit` all the same. */
  points(
    run: RunId,
    key: string | undefined,
    limit: number,
    offset: number,
  ): { points: MetricPoint[]; total: number; damaged: MetricDamage[] };
  /**
   * All points of a metric in the order they were recorded, a few thousand at a time.
   *
   * @param onDamage told of what cannot be read, which is left out
   */
  columns(run: RunId, key: string, onDamage?: (damage: MetricDamage) => void): Iterable<MetricColumns>;
  /** Read everything, of one run or of all, in small steps; what is damaged is named and nothing is changed. */
  verify(run?: RunId): Iterable<VerifiedPoints>;
  forget(run: RunId): void;
}

export function createMetricStore(database: Database): MetricStore {
  return {
    append(run, points) {
      for (const point of points) requireWhole(point);
      for (const [key, recorded] of Map.groupBy(points, (point) => point.key))
        recordPoints(database, metricKey(database, run, key), columnsOf(recorded));
    },
    settle(run, mostKeys) {
      const waiting = metricKeys(database, [run]).filter((metric) => hasTail(metric));
      database.transaction(() => {
        for (const metric of waiting.slice(0, mostKeys)) settleMetric(database, metric);
      });
    },
    summaries(runs, keys) {
      const found = new Map<RunId, Record<string, StoredSummary>>(runs.map((run) => [run, {}]));
      for (const metric of metricKeys(database, runs, keys))
        found.get(metric.run)![metric.key] = toSummary(metric);
      return found;
    },
    series(runs, keys, maxPoints, range) {
      return metricKeys(database, runs, keys)
        .filter(({ key }) => keys !== undefined || !isSystem(key))
        .map((metric) => readSeries(metric, maxPoints, range));
    },
    points(run, key, limit, offset) {
      const metrics = metricKeys(database, [run], key === undefined ? undefined : [key]);
      return pageOf(
        metrics.filter((metric) => key !== undefined || !isSystem(metric.key)),
        limit,
        offset,
      );
    },
    *columns(run, key, onDamage) {
      for (const metric of metricKeys(database, [run], [key]))
        for (const read of readPoints(database, metric, 0, metric.statistics.points)) {
          if (read.columns) yield read.columns;
          else onDamage?.(read.damage);
        }
    },
    *verify(run) {
      const rows =
        run === undefined
          ? database.prepare('SELECT DISTINCT run_id FROM metric_keys').all()
          : [{ run_id: run }];
      // What was forgotten while it was read is not damaged.
      for (const row of rows)
        for (const metric of metricKeys(database, [row.run_id as RunId]))
          for (const verified of verifyMetric(database, metric))
            if (verified.damaged.length === 0 || isKnown(metric)) yield verified;
    },
    forget(run) {
      database.transaction(() => {
        for (const table of ['metric_tail', 'metric_nodes', 'metric_chunks'])
          database
            .prepare(`DELETE FROM ${table} WHERE metric_id IN (SELECT id FROM metric_keys WHERE run_id = ?)`)
            .run(run);
        database.prepare('DELETE FROM metric_keys WHERE run_id = ?').run(run);
      });
    },
  };

  function isKnown({ id }: MetricKey): boolean {
    return database.prepare('SELECT 1 FROM metric_keys WHERE id = ?').get(id) !== undefined;
  }

  function readSeries(metric: MetricKey, maxPoints: number, range: MetricRange | undefined): Series {
    const { stretches, damaged } = viewSeries(database, metric, maxPoints, range);
    const drawn = drawSeries(stretches, maxPoints);
    return {
      runId: metric.run,
      key: metric.key,
      points: metric.statistics.points,
      ...drawn,
      mean: drawn.mean.map(toWireNumber),
      min: drawn.min.map(toWireNumber),
      max: drawn.max.map(toWireNumber),
      ...(damaged.length > 0 && { damaged: damaged.map(({ run: _run, key: _key, ...where }) => where) }),
    };
  }

  function pageOf(metrics: readonly MetricKey[], limit: number, offset: number) {
    const points: MetricPoint[] = [];
    const damaged: MetricDamage[] = [];
    let total = 0;
    for (const metric of metrics) {
      const from = Math.max(offset - total, 0);
      const to = Math.min(offset + limit - total, metric.statistics.points);
      total += metric.statistics.points;
      if (from >= to) continue;
      for (const read of readPoints(database, metric, from, to)) {
        if (read.columns) addPoints(points, metric.key, read.columns);
        else damaged.push(read.damage);
      }
    }
    return { points, total, damaged };
  }
}

const isSystem = (key: string) => key.startsWith(SYSTEM_METRIC);

function addPoints(points: MetricPoint[], key: string, { steps, timesMs, values }: MetricColumns): void {
  for (const [index, step] of steps.entries())
    points.push({ key, step, timeMs: timesMs[index]!, value: toWireNumber(values[index]!) });
}

function requireWhole({ key, step, timeMs }: RecordedPoint): void {
  if (Number.isSafeInteger(step) && Number.isSafeInteger(timeMs)) return;
  const [what, value] = Number.isSafeInteger(step) ? ['time', timeMs] : ['step', step];
  throw new AppError('INVALID_INPUT', `The ${what} ${value} of the metric "${key}" is no whole number.`, {
    nextStep: `Give a whole number between -${Number.MAX_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}.`,
    details: { key, [what as string]: String(value) },
  });
}

function toSummary({ statistics: known }: MetricKey): StoredSummary {
  return {
    last: toWireNumber(known.lastValue),
    lastStep: known.lastStep,
    firstStep: known.firstStep,
    min: toWireNumber(known.min),
    max: toWireNumber(known.max),
    mean: toWireNumber(known.mean),
    points: known.points,
    lastTimeMs: known.lastTimeMs,
    firstTimeMs: known.firstTimeMs,
    latestTimeMs: known.latestTimeMs,
    lastGreatest: toWireNumber(known.lastGreatest),
  };
}
