import type { MetricColumns } from './metric-columns.ts';

/** What is known of all points of a metric, kept up with each that is recorded. */
export interface MetricStatistics {
  points: number;
  finite: number;
  /** Of the finite values. */
  mean: number;
  /** NaN where all values are; infinities count. */
  min: number;
  max: number;
  firstStep: number;
  firstTimeMs: number;
  /** The greatest time, of whatever step. */
  latestTimeMs: number;
  /** The point with the greatest step; of several the one with the latest time, of these the one recorded last. */
  lastStep: number;
  lastTimeMs: number;
  lastValue: number;
  /** Of the points at that step and time the greatest value: MLflow's rule, which takes NaN for 0 there. */
  lastGreatest: number;
}

export const noStatistics: Readonly<MetricStatistics> = {
  points: 0,
  finite: 0,
  mean: Number.NaN,
  min: Number.NaN,
  max: Number.NaN,
  firstStep: 0,
  firstTimeMs: 0,
  latestTimeMs: 0,
  lastStep: 0,
  lastTimeMs: 0,
  lastValue: Number.NaN,
  lastGreatest: Number.NaN,
};

/** Count points in. @returns whether none of them has a smaller step than one before it */
export function addToStatistics(known: MetricStatistics, { steps, timesMs, values }: MetricColumns): boolean {
  let inOrder = true;
  let added = 0;
  let mean = 0;
  for (let index = 0; index < steps.length; index++) {
    const [step, timeMs, value] = [steps[index]!, timesMs[index]!, values[index]!];
    if (known.points === 0) {
      known.firstStep = known.lastStep = step;
      known.firstTimeMs = known.latestTimeMs = known.lastTimeMs = timeMs;
      known.lastValue = known.lastGreatest = value;
    }
    if (step < known.lastStep) inOrder = false;
    takeAsLast(known, step, timeMs, value);
    known.firstStep = Math.min(known.firstStep, step);
    known.firstTimeMs = Math.min(known.firstTimeMs, timeMs);
    known.latestTimeMs = Math.max(known.latestTimeMs, timeMs);
    if (!Number.isNaN(value)) {
      known.min = Number.isNaN(known.min) ? value : Math.min(known.min, value);
      known.max = Number.isNaN(known.max) ? value : Math.max(known.max, value);
    }
    if (Number.isFinite(value)) {
      added += 1;
      mean += (value - mean) / added;
    }
    known.points += 1;
  }
  if (added > 0) {
    const share = added / (known.finite + added);
    known.mean = known.finite === 0 ? mean : known.mean * (1 - share) + mean * share;
    known.finite += added;
  }
  return inOrder;
}

function takeAsLast(known: MetricStatistics, step: number, timeMs: number, value: number): void {
  if (step < known.lastStep || (step === known.lastStep && timeMs < known.lastTimeMs)) return;
  const tied = step === known.lastStep && timeMs === known.lastTimeMs;
  known.lastStep = step;
  known.lastTimeMs = timeMs;
  known.lastValue = value;
  if (!tied || rank(value) > rank(known.lastGreatest)) known.lastGreatest = value;
}

const rank = (value: number) => (Number.isNaN(value) ? 0 : value);
