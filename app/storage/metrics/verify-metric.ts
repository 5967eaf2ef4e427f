import type { Database } from '../../kernel/ports/database.ts';
import { blocksOf, readable, readChunk, readTail } from './chunk-table.ts';
import type { MetricColumns } from './metric-columns.ts';
import { damageOf, type MetricDamage } from './metric-damage.ts';
import type { MetricKey } from './metric-key.ts';
import { FAN_OUT } from './metric-layout.ts';
import { derivedNode, segmentsOfLevels, storedNode } from './pyramid.ts';
import { decodeSegments, joinSegments, type Segment } from './segment.ts';

/** What a check of some points found. */
export interface VerifiedPoints {
  readonly points: number;
  readonly damaged: readonly (MetricDamage & {
    /** `overview`: all points are there, but what plots read of them is damaged; plots read the points instead. */
    readonly what: 'points' | 'overview';
  })[];
}

/**
 * Read everything of a metric, one chunk with each step, so that the caller can do other things in between. Points that
 * are recorded meanwhile may be left out.
 */
export function* verifyMetric(database: Database, metric: MetricKey): Generator<VerifiedPoints> {
  const { firstStep, lastStep } = metric.statistics;
  const chunks = metric.closedChunks + (metric.openPoints > 0 ? 1 : 0);
  for (let position = 0; position < chunks; position++) {
    const chunk = readChunk(database, metric, position);
    const what = !chunk.columns ? 'points' : saysTheSame(chunk.blocks, chunk.columns) ? null : 'overview';
    yield {
      points: chunk.points,
      damaged: what ? [{ ...damageOf(metric, chunk), what }] : [],
    };
  }
  for (const [below, count] of segmentsOfLevels(metric.closedChunks).entries()) {
    for (let node = 0; node * FAN_OUT < count; node++) {
      const whole = Math.min(FAN_OUT, count - node * FAN_OUT);
      // It may have grown since the check began.
      if ((storedNode(database, metric, below + 1, node)?.length ?? 0) >= whole) continue;
      const { fromStep, toStep, points } = joinSegments(derivedNode(database, metric, below + 1, node));
      yield { points: 0, damaged: [{ ...damageOf(metric, { fromStep, toStep, points }), what: 'overview' }] };
    }
  }
  for (const batch of readTail(database, metric)) {
    const about = { fromStep: firstStep, toStep: lastStep, points: batch.points };
    yield {
      points: batch.points,
      damaged: batch.columns ? [] : [{ ...damageOf(metric, about), what: 'points' }],
    };
  }
}

/** Whether the blocks that are stored beside points are those of the points. */
function saysTheSame(stored: Uint8Array | null, columns: MetricColumns): boolean {
  const blocks = stored && readable(() => decodeSegments(stored));
  const derived = blocksOf(columns);
  return blocks?.length === derived.length && blocks.every((block, index) => same(block, derived[index]!));
}

function same(a: Segment, b: Segment): boolean {
  return (Object.keys(a) as (keyof Segment)[]).every((name) => Object.is(a[name], b[name]));
}
