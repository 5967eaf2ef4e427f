import type { MetricPoint, Series } from '../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../app/contract/wire.ts';

/** One curve as a chart draws it. All arrays have one entry per point; NaN in a value is a gap. */
export interface ChartLine {
  readonly id: string;
  readonly name: string;
  /** Run colour 1 to 12; null draws in the neutral ink of a chart. */
  readonly color: number | null;
  readonly steps: readonly number[];
  readonly timesMs: readonly number[];
  /** When the curve began, where `timesMs` holds a part of it only. */
  readonly startMs?: number;
  readonly values: readonly number[];
  /** Least and greatest value behind each entry, where an entry stands for several points. */
  readonly band: { readonly min: readonly number[]; readonly max: readonly number[] } | null;
}

export type HorizontalAxis = 'step' | 'time';

/** A curve from a downsampled series of the core. */
export function chartLine(
  series: Series,
  identity: {
    readonly id: string;
    readonly name: string;
    readonly color: number | null;
    readonly startMs?: number;
  },
): ChartLine {
  return {
    ...identity,
    steps: series.steps,
    timesMs: series.timesMs,
    values: series.mean.map(fromWireNumber),
    band: series.downsampled
      ? { min: series.min.map(fromWireNumber), max: series.max.map(fromWireNumber) }
      : null,
  };
}

/**
 * A series with the points that were recorded after it was read. Points at or before its last step are already in
 * it and are left out, so that a stream that overlaps the read repeats nothing.
 */
export function withPoints(series: Series, points: readonly MetricPoint[]): Series {
  const lastStep = series.steps.at(-1) ?? Number.NEGATIVE_INFINITY;
  const fresh = points.filter((point) => point.key === series.key && point.step > lastStep);
  if (fresh.length === 0) return series;
  const values = fresh.map((point) => point.value);
  return {
    ...series,
    points: series.points + fresh.length,
    steps: [...series.steps, ...fresh.map((point) => point.step)],
    timesMs: [...series.timesMs, ...fresh.map((point) => point.timeMs)],
    mean: [...series.mean, ...values],
    min: [...series.min, ...values],
    max: [...series.max, ...values],
  };
}

/** Where a curve's points lie on the horizontal axis: the step, or milliseconds since the curve's first point. */
export function positions(line: ChartLine, axis: HorizontalAxis): readonly number[] {
  if (axis === 'step') return line.steps;
  const start = line.startMs ?? line.timesMs[0] ?? 0;
  return line.timesMs.map((time) => time - start);
}

/** Index of the entry nearest to `at` in ascending positions; -1 for an empty curve. */
export function nearestIndex(ascending: readonly number[], at: number): number {
  let low = 0;
  let high = ascending.length - 1;
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const before = ascending[low - 1];
  const here = ascending[low];
  if (before !== undefined && here !== undefined && at - before < here - at) return low - 1;
  return low;
}

/** The greatest position that any of the series reaches; null where there is no point. */
export function reachOf(series: readonly Series[], axis: HorizontalAxis): number | null {
  const ends = series.flatMap(({ steps, timesMs }) => {
    const end = axis === 'step' ? steps.at(-1) : (timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0);
    return end === undefined ? [] : [end];
  });
  return ends.length === 0 ? null : Math.max(...ends);
}
