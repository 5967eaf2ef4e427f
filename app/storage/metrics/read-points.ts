import type { Database } from '../../kernel/ports/database.ts';
import { chunksFrom, readTail, type StoredPoints } from './chunk-table.ts';
import { type MetricColumns, sliceColumns } from './metric-columns.ts';
import { damageOf, type MetricDamage } from './metric-damage.ts';
import type { MetricKey } from './metric-key.ts';

/** Points in the order of recording, or where some are damaged or gone. */
export type ReadPoints =
  | { readonly columns: MetricColumns; readonly damage: null }
  | { readonly columns: null; readonly damage: MetricDamage };

/** Chunks that are read at a time. */
const CHUNKS_AT_A_TIME = 32;

/**
 * Points `from` to `to` (not included) of a metric, counted in the order of recording. Between two steps of the generator
 * others may record: a point's number stays, wherever it is moved.
 */
export function* readPoints(
  database: Database,
  metric: MetricKey,
  from: number,
  to: number,
): Generator<ReadPoints> {
  let at = from;
  while (at < to) {
    const found = storedFrom(database, metric, at, to);
    if (found.length === 0) break;
    for (const stored of found) {
      if (stored.firstSeq > at) yield gone(metric, stored.firstSeq - at);
      const begin = Math.max(at, stored.firstSeq) - stored.firstSeq;
      const end = Math.min(to - stored.firstSeq, stored.points);
      yield stored.columns
        ? { columns: sliceColumns(stored.columns, begin, end), damage: null }
        : { columns: null, damage: damageOf(metric, stored) };
      at = stored.firstSeq + end;
    }
  }
  if (at < to) yield gone(metric, to - at);
}

/** The next chunks with points after `at`, or where there are none the tail. */
function storedFrom(database: Database, metric: MetricKey, at: number, to: number): StoredPoints[] {
  const wanted = ({ firstSeq, points }: StoredPoints) => firstSeq < to && firstSeq + points > at;
  const chunks = chunksFrom(database, metric, at, CHUNKS_AT_A_TIME).filter(wanted);
  return chunks.length > 0 ? chunks : readTail(database, metric).filter(wanted);
}

function gone(metric: MetricKey, points: number): ReadPoints {
  const { firstStep, lastStep } = metric.statistics;
  return { columns: null, damage: damageOf(metric, { fromStep: firstStep, toStep: lastStep, points }) };
}
