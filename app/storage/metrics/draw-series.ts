import type { MetricColumns } from './metric-columns.ts';
import type { Stretch } from './series-view.ts';

/** What a chart draws: entries by step, each a point or a bucket of neighbouring ones. */
export interface DrawnSeries {
  readonly steps: number[];
  readonly timesMs: number[];
  readonly mean: number[];
  readonly min: number[];
  readonly max: number[];
  /** Whether an entry stands for more than one point. */
  readonly downsampled: boolean;
}

/**
 * Join stretches to at most `maxPoints` buckets of about equally many points, each with its mean, minimum and maximum,
 * so that a chart's envelope is exact however far it is zoomed out. A bucket is placed at its last step. Values that
 * are not finite are left out of a bucket unless it has no others.
 *
 * @param stretches by step; those of several points may be joined, none is divided
 */
export function drawSeries(stretches: readonly Stretch[], maxPoints: number): DrawnSeries {
  const total = stretches.reduce((sum, { columns, ...rest }) => sum + pointsOf(columns, rest), 0);
  const buckets = Math.min(maxPoints, total);
  const drawn = { steps: [], timesMs: [], mean: [], min: [], max: [] } as Omit<DrawnSeries, 'downsampled'>;
  let seen = 0;
  let bucketEnd = 0;
  let bucket = -1;
  let points = 0;
  let finite = 0;
  let mean = 0;
  let min = 0;
  let max = 0;
  let downsampled = false;

  for (const stretch of stretches) {
    if (stretch.columns) addPoints(stretch.columns);
    else {
      const { segment } = stretch;
      add(segment.points, segment.finite, segment.mean, segment.min, segment.max);
      place(segment.toStep, segment.lastTimeMs);
    }
  }
  return { ...drawn, downsampled };

  function addPoints({ steps, timesMs, values }: MetricColumns) {
    for (let index = 0; index < steps.length; index++) {
      const value = values[index]!;
      add(1, Number.isFinite(value) ? 1 : 0, value, value, value);
      place(steps[index]!, timesMs[index]!);
    }
  }

  function add(count: number, finiteCount: number, itsMean: number, itsMin: number, itsMax: number) {
    if (seen >= bucketEnd) {
      // The bucket in which these points begin; it ends where the first point of the next one is.
      bucket += 1;
      bucketEnd = Math.ceil(((Math.floor((seen * buckets) / total) + 1) * total) / buckets);
      points = 0;
      finite = 0;
    }
    seen += count;
    points += count;
    if (points > 1) downsampled = true;
    if (finite === 0 || finiteCount > 0) {
      // What is not finite stands only until something finite comes.
      const first = finite === 0;
      const share = finiteCount === 0 ? 1 : finiteCount / (finite + finiteCount);
      mean = first ? itsMean : mean * (1 - share) + itsMean * share;
      min = first || itsMin < min ? itsMin : min;
      max = first || itsMax > max ? itsMax : max;
    }
    finite += finiteCount;
  }

  function place(step: number, timeMs: number) {
    drawn.steps[bucket] = step;
    drawn.timesMs[bucket] = timeMs;
    drawn.mean[bucket] = mean;
    drawn.min[bucket] = min;
    drawn.max[bucket] = max;
  }
}

function pointsOf(columns: MetricColumns | null, rest: object): number {
  return columns ? columns.steps.length : (rest as { segment: { points: number } }).segment.points;
}
