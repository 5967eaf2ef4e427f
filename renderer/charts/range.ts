import { niceStep } from './ticks.ts';

export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** The least and greatest finite value; null where there is none. */
export function extent(values: Iterable<number>): ValueRange | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : null;
}

/**
 * Widens a range outward to whole steps, so that a live axis stands still until a value really leaves it. A flat
 * series gets room on both sides.
 */
export function steppedRange({ min, max }: ValueRange, parts = 4): ValueRange {
  if (min === max) {
    const room = min === 0 ? 1 : Math.abs(min) * 0.1;
    return steppedRange({ min: min - room, max: max + room }, parts);
  }
  const step = niceStep(max - min, parts) / 2;
  const low = Math.floor(min / step + 1e-9) * step;
  const high = Math.ceil(max / step - 1e-9) * step;
  return { min: Number(low.toPrecision(12)), max: Number(high.toPrecision(12)) };
}

/** The same for a logarithmic axis: outward to the next 1, 2 or 5 of a decade. Both ends stay above zero. */
export function steppedLogRange({ min, max }: ValueRange): ValueRange {
  const low = outward(min, 'down');
  const high = outward(max, 'up');
  return low < high ? { min: low, max: high } : { min: low / 2, max: high * 2 };
}

function outward(value: number, direction: 'up' | 'down'): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const mantissa = value / power;
  const marks = direction === 'up' ? [1, 2, 5, 10] : [5, 2, 1];
  const mark =
    direction === 'up'
      ? marks.find((candidate) => candidate >= mantissa * (1 - 1e-9))
      : marks.find((candidate) => candidate <= mantissa * (1 + 1e-9));
  return Number(((mark ?? 1) * power).toPrecision(12));
}

interface ClippedRange extends ValueRange {
  /** Points that lie outside, to be named beside the chart. */
  readonly clipped: number;
}

/**
 * A range that a few wild points cannot stretch: the 1st to 99th percentile and half of that span beyond. Without
 * wild points it is the plain extent.
 */
export function rangeWithoutOutliers(values: readonly number[]): ClippedRange | null {
  const finite = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  const whole = extent(finite);
  if (!whole) return null;
  const low = quantile(finite, 0.01);
  const high = quantile(finite, 0.99);
  const room = (high - low) / 2;
  const min = Math.max(whole.min, low - room);
  const max = Math.min(whole.max, high + room);
  const clipped = finite.reduce((count, value) => count + (value < min || value > max ? 1 : 0), 0);
  return { min, max, clipped };
}

function quantile(sorted: readonly number[], at: number): number {
  const place = at * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
