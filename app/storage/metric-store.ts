import type { RunId } from '../contract/ids.ts';
import {
  type MetricPoint,
  type MetricSummary,
  type Series,
  SYSTEM_METRIC,
} from '../contract/runs.contract.ts';
import { toWireNumber, type WireNumber } from '../contract/wire.ts';
import type { Database, SqlRow, SqlValue } from '../kernel/ports/database.ts';
import { downsample } from './downsample.ts';

export interface RecordedPoint {
  readonly key: string;
  readonly step: number;
  readonly timeMs: number;
  /** Any double, NaN and infinities included. */
  readonly value: number;
}

/** Every metric point of every run, in the order it was recorded. Duplicate and out-of-order steps are kept. */
export interface MetricStore {
  /** Called inside the transaction that also moves the journal's offset, so that no point is lost or stored twice. */
  append(run: RunId, points: readonly RecordedPoint[]): void;
  summaries(runs: readonly RunId[]): Map<RunId, Record<string, MetricSummary>>;
  /** Curves with at most `maxPoints` entries each, of the named keys, or of all but the machine's telemetry. */
  series(runs: readonly RunId[], keys: readonly string[] | undefined, maxPoints: number): Series[];
  /** Of one key, or of all but the machine's telemetry. */
  points(
    run: RunId,
    key: string | undefined,
    limit: number,
    offset: number,
  ): { points: MetricPoint[]; total: number };
  forget(run: RunId): void;
}

export function createMetricStore(database: Database): MetricStore {
  return {
    append(run, points) {
      const byKey = Map.groupBy(points, (point) => point.key);
      for (const [key, recorded] of byKey) appendKey(run, key, recorded);
    },
    summaries(runs) {
      const found = new Map<RunId, Record<string, MetricSummary>>(runs.map((run) => [run, {}]));
      const rows = database
        .prepare('SELECT * FROM metric_keys WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY key')
        .all(JSON.stringify(runs));
      for (const row of rows) found.get(row.run_id as RunId)![String(row.key)] = toSummary(row);
      return found;
    },
    series(runs, keys, maxPoints) {
      const wanted = keys && new Set(keys);
      const rows = database
        .prepare(
          'SELECT id, run_id, key, points FROM metric_keys WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY key, run_id',
        )
        .all(JSON.stringify(runs));
      return rows
        .filter(({ key }) => (wanted ? wanted.has(String(key)) : !String(key).startsWith(SYSTEM_METRIC)))
        .map((row) => readSeries(row, maxPoints));
    },
    points(run, key, limit, offset) {
      const where = key === undefined ? `AND k.key NOT LIKE '${SYSTEM_METRIC}%'` : 'AND k.key = ?';
      const parameters: SqlValue[] = key === undefined ? [run] : [run, key];
      const total = database
        .prepare(`SELECT COALESCE(SUM(k.points), 0) AS total FROM metric_keys k WHERE k.run_id = ? ${where}`)
        .get(...parameters);
      const rows = database
        .prepare(
          `SELECT k.key, p.step, p.time, p.value FROM metric_keys k JOIN metric_points p ON p.metric_id = k.id
           WHERE k.run_id = ? ${where} ORDER BY k.key, p.seq LIMIT ? OFFSET ?`,
        )
        .all(...parameters, limit, offset);
      return {
        total: Number(total?.total ?? 0),
        points: rows.map((row) => ({
          key: String(row.key),
          step: Number(row.step),
          timeMs: Number(row.time),
          value: toWire(row.value),
        })),
      };
    },
    forget(run) {
      database
        .prepare('DELETE FROM metric_points WHERE metric_id IN (SELECT id FROM metric_keys WHERE run_id = ?)')
        .run(run);
      database.prepare('DELETE FROM metric_keys WHERE run_id = ?').run(run);
    },
  };

  function appendKey(run: RunId, key: string, recorded: readonly RecordedPoint[]) {
    database
      .prepare('INSERT INTO metric_keys (run_id, key) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(run, key);
    const row = database.prepare('SELECT * FROM metric_keys WHERE run_id = ? AND key = ?').get(run, key)!;
    let seq = Number(row.points);
    let last = { step: Number(row.last_step), time: Number(row.last_time), value: toDouble(row.last_value) };
    let min = seq === 0 ? Number.POSITIVE_INFINITY : toDouble(row.min_value);
    let max = seq === 0 ? Number.NEGATIVE_INFINITY : toDouble(row.max_value);
    const insert = database.prepare(
      'INSERT INTO metric_points (metric_id, seq, step, time, value) VALUES (?, ?, ?, ?, ?)',
    );
    for (const { step, timeMs, value } of recorded) {
      if (seq === 0 || step > last.step || (step === last.step && timeMs >= last.time))
        last = { step, time: timeMs, value };
      if (!Number.isNaN(value)) {
        min = Number.isNaN(min) ? value : Math.min(min, value);
        max = Number.isNaN(max) ? value : Math.max(max, value);
      }
      insert.run(row.id!, seq, step, timeMs, toColumn(value));
      seq += 1;
    }
    // A metric that was only ever NaN has neither.
    if (min === Number.POSITIVE_INFINITY && max === Number.NEGATIVE_INFINITY) min = max = Number.NaN;
    database
      .prepare(
        'UPDATE metric_keys SET points = ?, last_step = ?, last_time = ?, last_value = ?, min_value = ?, max_value = ? WHERE id = ?',
      )
      .run(seq, last.step, last.time, toColumn(last.value), toColumn(min), toColumn(max), row.id!);
  }

  function readSeries(row: SqlRow, maxPoints: number): Series {
    const count = Number(row.points);
    const steps = new Float64Array(count);
    const times = new Float64Array(count);
    const values = new Float64Array(count);
    let index = 0;
    for (const point of database
      .prepare('SELECT step, time, value FROM metric_points WHERE metric_id = ? ORDER BY step, seq')
      .iterate(row.id!)) {
      steps[index] = Number(point.step);
      times[index] = Number(point.time);
      values[index] = toDouble(point.value);
      index += 1;
    }
    const drawn = downsample({ steps, times, values }, maxPoints);
    return {
      runId: row.run_id as RunId,
      key: String(row.key),
      points: count,
      downsampled: drawn.steps.length < count,
      steps: Array.from(drawn.steps),
      timesMs: Array.from(drawn.times),
      mean: Array.from(drawn.mean, toWireNumber),
      min: Array.from(drawn.min, toWireNumber),
      max: Array.from(drawn.max, toWireNumber),
    };
  }
}

/** SQLite has no NaN: NULL stands for it. */
const toColumn = (value: number): SqlValue => (Number.isNaN(value) ? null : value);
const toDouble = (value: SqlValue | undefined): number =>
  value === null || value === undefined ? Number.NaN : Number(value);
const toWire = (value: SqlValue | undefined): WireNumber => toWireNumber(toDouble(value));

function toSummary(row: SqlRow): MetricSummary {
  return {
    last: toWire(row.last_value),
    lastStep: Number(row.last_step),
    min: toWire(row.min_value),
    max: toWire(row.max_value),
    points: Number(row.points),
  };
}
