import type { Database } from '../../kernel/ports/database.ts';
import { readChunk, readTail } from './chunk-table.ts';
import { joinColumns, type MetricColumns, sliceColumns, sortedByStep } from './metric-columns.ts';
import { damageOf, type MetricDamage } from './metric-damage.ts';
import { hasTail, type MetricKey } from './metric-key.ts';
import { BLOCK_POINTS, FAN_OUT } from './metric-layout.ts';
import { NodeReader } from './node-reader.ts';
import { segmentsOfLevels } from './pyramid.ts';
import { clipColumns, type MetricRange, overlap } from './range.ts';
import type { Segment } from './segment.ts';

/** Points that one plot reads at most; beyond, blocks are the finest there is. */
const MOST_POINTS_READ = 262_144;
/** Of longer series no more buckets than this are told apart, which is what a screen is wide. */
const MOST_BUCKETS = 2000;

/** Stretches that are a little longer than an entry are near enough; one level finer, there would be sixteen times as many. */
const NEAR_ENOUGH = 1.1;

/** A stretch of a series: as points, sorted by step, or as a segment that may be opened for finer ones. */
export type Stretch =
  | { readonly columns: MetricColumns }
  | { readonly columns: null; readonly segment: Segment; readonly level: number; readonly index: number };

export interface SeriesView {
  /** By step, and where steps are equal in the order of recording. */
  readonly stretches: readonly Stretch[];
  readonly damaged: readonly MetricDamage[];
}

/**
 * What a plot of at most `maxPoints` entries needs of a series: stretches that are not longer than one entry, and
 * no finer than that, so that the work does not grow with the series. Where steps were recorded out of order and there
 * are more than 262,144 points in view, stretches may overlap by a block of 128 neighbours or so.
 */
export function viewSeries(
  database: Database,
  metric: MetricKey,
  maxPoints: number,
  range: MetricRange | undefined,
): SeriesView {
  const damaged = new Map<number, MetricDamage>();
  const chunks = new Map<number, MetricColumns | null>();
  const reader = new NodeReader(database, metric);
  let pointsRead = 0;
  let stretches = roots();
  for (let opened = true; opened; ) {
    opened = false;
    const inView = stretches.reduce((sum, stretch) => sum + pointsIn(stretch, range), 0);
    // Out of order, only points can be put into their order.
    const longest =
      inView > MOST_POINTS_READ
        ? inView / Math.min(maxPoints, MOST_BUCKETS)
        : metric.ordered
          ? inView / maxPoints
          : 0;
    const chosen = choose(stretches, longest);
    readAhead(chosen);
    const finer: Stretch[] = [];
    for (const { stretch, whole } of chosen) {
      const children =
        whole || stretch.columns ? null : open(stretch, isCut(stretch) || inView <= MOST_POINTS_READ);
      if (children) {
        opened = true;
        for (const child of children) finer.push(child);
      } else finer.push(stretch);
    }
    stretches = finer;
  }
  return { stretches: metric.ordered ? stretches : byStep(stretches), damaged: [...damaged.values()] };

  /** What is in view of stretches, and whether it is drawn whole or as finer ones. */
  function choose(stretches: readonly Stretch[], longest: number) {
    const chosen: { readonly stretch: Stretch; readonly whole: boolean }[] = [];
    for (const stretch of stretches) {
      if (stretch.columns) chosen.push({ stretch, whole: true });
      else if (!range || overlap(stretch.segment, range) > 0)
        chosen.push({
          stretch,
          whole: !isCut(stretch) && stretch.segment.points <= Math.max(1, longest * NEAR_ENOUGH),
        });
    }
    return chosen;
  }

  /** Whether some of a segment is in view and some is not. */
  function isCut({ segment }: Stretch & { columns: null }): boolean {
    return range !== undefined && overlap(segment, range) < 1;
  }

  function readAhead(chosen: ReturnType<typeof choose>): void {
    const wanted = new Map<number, number[]>();
    for (const { stretch, whole } of chosen) {
      if (whole || stretch.columns || stretch.level === 0) continue;
      const nodes = wanted.get(stretch.level - 1);
      if (nodes) nodes.push(stretch.index);
      else wanted.set(stretch.level - 1, [stretch.index]);
    }
    for (const [level, nodes] of wanted) reader.ahead(level, nodes);
  }

  /** The coarsest segments that stand for all points, and the points of the tail, in the order of recording. */
  function roots(): Stretch[] {
    const found: Stretch[] = [];
    const counts = segmentsOfLevels(metric.closedChunks);
    for (const [above, count] of [...counts.entries()].reverse())
      if (count % FAN_OUT > 0) found.push(...children(above + 1, Math.floor(count / FAN_OUT)));
    if (metric.openPoints > 0) found.push(...children(0, metric.closedChunks));
    const tail: MetricColumns[] = [];
    for (const stored of hasTail(metric) ? readTail(database, metric) : []) {
      if (stored.columns) tail.push(stored.columns);
      else damaged.set(stored.firstSeq, damageOf(metric, stored));
    }
    if (tail.length > 0) found.push({ columns: clipColumns(sortedByStep(joinColumns(tail)), range) });
    return found;
  }

  function children(
    level: number,
    node: number,
    segments: readonly Segment[] = reader.read(level, node),
  ): Stretch[] {
    return segments.map((segment, slot) => {
      return { columns: null, segment, level, index: node * FAN_OUT + slot };
    });
  }

  /** What a segment stands for, or null where that is not to be had. */
  function open(stretch: Stretch & { columns: null }, mayReadPoints: boolean): Stretch[] | null {
    const { level, index } = stretch;
    // The segment of a chunk says more than a chunk whose blocks and points are both damaged.
    if (level === 1) {
      const blocks = reader.stored(0, index);
      return blocks || chunkByStep(index) ? children(0, index, blocks ?? undefined) : null;
    }
    if (level > 0) return children(level - 1, index);
    if (!mayReadPoints || pointsRead > MOST_POINTS_READ * 2) return null;
    const sorted = chunkByStep(Math.floor(index / FAN_OUT));
    if (!sorted) return null;
    const from = (index % FAN_OUT) * BLOCK_POINTS;
    return [{ columns: clipColumns(sliceColumns(sorted, from, from + BLOCK_POINTS), range) }];
  }

  function chunkByStep(position: number): MetricColumns | null {
    const known = chunks.get(position);
    if (known !== undefined) return known;
    const chunk = readChunk(database, metric, position);
    pointsRead += chunk.points;
    if (!chunk.columns) damaged.set(chunk.firstSeq, damageOf(metric, chunk));
    const sorted = chunk.columns && sortedByStep(chunk.columns);
    chunks.set(position, sorted);
    return sorted;
  }
}

/** How many points of a stretch are in view, taken as evenly spread where it is not known better. */
function pointsIn(stretch: Stretch, range: MetricRange | undefined): number {
  if (stretch.columns) return stretch.columns.steps.length;
  return stretch.segment.points * (range ? overlap(stretch.segment, range) : 1);
}

function byStep(stretches: readonly Stretch[]): Stretch[] {
  const points = stretches.flatMap(({ columns }) => (columns ? [columns] : []));
  if (points.length === stretches.length && points.length > 0)
    return [{ columns: sortedByStep(joinColumns(points)) }];
  const lastStep = (stretch: Stretch) =>
    stretch.columns ? (stretch.columns.steps.at(-1) ?? 0) : stretch.segment.toStep;
  return stretches.toSorted((a, b) => lastStep(a) - lastStep(b));
}
