export interface RawSeries {
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface DrawnSeries {
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly mean: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/**
 * Reduce a series to at most `maxPoints` buckets of equally many neighbouring points, each with its mean, minimum
 * and maximum, so that a chart's envelope is exact however far it is zoomed out. A bucket is placed at its last
 * step. Values that are not finite are left out of a bucket unless it has no others.
 *
 * @param raw ordered by step; the three arrays are equally long
 */
export function downsample(raw: RawSeries, maxPoints: number): DrawnSeries {
  const count = raw.values.length;
  if (count <= maxPoints)
    return { steps: raw.steps, times: raw.times, mean: raw.values, min: raw.values, max: raw.values };
  const array = () => new Float64Array(maxPoints);
  const drawn = { steps: array(), times: array(), mean: array(), min: array(), max: array() };
  for (let bucket = 0; bucket < maxPoints; bucket++) {
    const from = Math.floor((bucket * count) / maxPoints);
    const to = Math.floor(((bucket + 1) * count) / maxPoints);
    let sum = 0;
    let finite = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let index = from; index < to; index++) {
      const value = raw.values[index]!;
      if (!Number.isFinite(value)) continue;
      sum += value;
      finite += 1;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    const other = raw.values[to - 1]!;
    drawn.steps[bucket] = raw.steps[to - 1]!;
    drawn.times[bucket] = raw.times[to - 1]!;
    drawn.mean[bucket] = finite > 0 ? sum / finite : other;
    drawn.min[bucket] = finite > 0 ? min : other;
    drawn.max[bucket] = finite > 0 ? max : other;
  }
  return drawn;
}
