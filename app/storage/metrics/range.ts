import { columnsOfLength, type MetricColumns } from './metric-columns.ts';
import type { Segment } from './segment.ts';

/** The part of a series that a plot shows; both ends are in it. */
export interface MetricRange {
  /** Steps, or times in milliseconds since 1970-01-01 UTC. */
  readonly by: 'step' | 'time';
  readonly from: number;
  readonly to: number;
}

/** Which share of a segment lies in a range: 0 for none of it, 1 for all of it. */
export function overlap(segment: Segment, { by, from, to }: MetricRange): number {
  const first = by === 'step' ? segment.fromStep : segment.fromTimeMs;
  const last = by === 'step' ? segment.toStep : segment.toTimeMs;
  if (last < from || first > to) return 0;
  if (first >= from && last <= to) return 1;
  const share = (Math.min(last, to) - Math.max(first, from)) / (last - first);
  // Something of it is in view, but not all.
  return Math.min(Math.max(share, 1 / segment.points), 1 - 1 / (segment.points + 1));
}

/** The points in a range, in their order. */
export function clipColumns(columns: MetricColumns, range: MetricRange | undefined): MetricColumns {
  if (!range) return columns;
  const places = range.by === 'step' ? columns.steps : columns.timesMs;
  const inside = (place: number) => place >= range.from && place <= range.to;
  let kept = 0;
  for (const place of places) if (inside(place)) kept += 1;
  if (kept === places.length) return columns;
  const clipped = columnsOfLength(kept);
  let at = 0;
  for (const [index, place] of places.entries()) {
    if (!inside(place)) continue;
    clipped.steps[at] = columns.steps[index]!;
    clipped.timesMs[at] = columns.timesMs[index]!;
    clipped.values[at] = columns.values[index]!;
    at += 1;
  }
  return clipped;
}
