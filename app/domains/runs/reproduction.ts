import type { z } from 'zod';
import type { Reproduction, reproducedMetric } from '../../contract/execution.ts';
import type { RunId } from '../../contract/ids.ts';
import { type JobState, terminalStates } from '../../contract/jobs.contract.ts';
import { toWireNumber } from '../../contract/wire.ts';

/** The last values of two runs count as close if they differ by at most this part of the larger. */
const TOLERANCE = 1e-6;
/** Telemetry of the machine, which no repetition gives again. */
const SYSTEM = 'system/';
/** Metrics whose name says that they tell a time or a speed, which no repetition gives again either. */
const TIMING =
  /(^|[_/.-])(seconds|secs|time|duration|elapsed|latency|throughput|fps|ms)($|[_/.-])|per_sec|_per_s$|it_s$/i;

/** Points of one metric in the order they were recorded; both have one entry for each point. */
export interface RecordedSeries {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface ReproductionSide {
  readonly id: RunId;
  readonly status: JobState;
  readonly environment: Readonly<Record<string, string>>;
  readonly points: ReadonlyMap<string, RecordedSeries>;
}

type ReproducedMetric = z.infer<typeof reproducedMetric>;

/**
 * Whether a repetition gave the same as its original: `identical` if every point of every metric is, `close` if at least the last
 * values are, else `differs`, also where one run has a metric that the other has not. NaN equals NaN. Metrics are compared
 * once both have ended, those that tell a time do not count; a repetition that did not finish is `failed`, and the metrics show how far it was the same.
 *
 * @param expectedToDiffer keys of the environment that are passed over
 */
export function compareReproduction(
  original: ReproductionSide,
  reproduced: ReproductionSide,
  expectedToDiffer: ReadonlySet<string> = new Set(),
): Reproduction {
  const pending = [original, reproduced].some(({ status }) => !terminalStates.includes(status));
  const metrics = pending ? [] : compareMetrics(original.points, reproduced.points);
  return {
    original: original.id,
    reproduced: reproduced.id,
    verdict: pending
      ? 'pending'
      : reproduced.status === 'finished'
        ? worst(metrics.filter(({ timing }) => !timing))
        : 'failed',
    metrics,
    environment: compareEnvironment(original.environment, reproduced.environment, expectedToDiffer),
  };
}

function worst(metrics: readonly ReproducedMetric[]): 'identical' | 'close' | 'differs' {
  if (metrics.some(({ verdict }) => verdict === 'differs' || verdict === 'missing')) return 'differs';
  return metrics.some(({ verdict }) => verdict === 'close') ? 'close' : 'identical';
}

function compareMetrics(
  original: ReproductionSide['points'],
  reproduced: ReproductionSide['points'],
): ReproducedMetric[] {
  const keys = [...new Set([...original.keys(), ...reproduced.keys()])];
  return keys
    .filter((key) => !key.startsWith(SYSTEM))
    .sort()
    .map((key) => compareSeries(key, original.get(key) ?? none, reproduced.get(key) ?? none));
}

const none: RecordedSeries = { steps: [], values: [] };

function compareSeries(key: string, original: RecordedSeries, reproduced: RecordedSeries): ReproducedMetric {
  const first = firstDifference(original, reproduced);
  const [a, b] = [last(original), last(reproduced)];
  return {
    key,
    timing: TIMING.test(key),
    original: a === null ? null : toWireNumber(a),
    reproduced: b === null ? null : toWireNumber(b),
    verdict:
      first === null
        ? 'identical'
        : a === null || b === null
          ? 'missing'
          : areClose(a, b)
            ? 'close'
            : 'differs',
    firstDifferentStep: first,
  };
}

/** Step of the first point that only one of them has in this place; the lower of the two where both have one. */
function firstDifference(a: RecordedSeries, b: RecordedSeries): number | null {
  const common = Math.min(a.values.length, b.values.length);
  for (let index = 0; index < common; index++) {
    if (a.steps[index] !== b.steps[index]) return Math.min(a.steps[index]!, b.steps[index]!);
    if (!areSame(a.values[index]!, b.values[index]!)) return a.steps[index]!;
  }
  if (a.values.length === b.values.length) return null;
  return (a.values.length > common ? a : b).steps[common]!;
}

function last({ values }: RecordedSeries): number | null {
  return values.length === 0 ? null : values[values.length - 1]!;
}

function areSame(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

function areClose(a: number, b: number): boolean {
  if (areSame(a, b)) return true;
  const size = Math.max(Math.abs(a), Math.abs(b));
  return Number.isFinite(size) && Math.abs(a - b) <= TOLERANCE * size;
}

function compareEnvironment(
  original: ReproductionSide['environment'],
  reproduced: ReproductionSide['environment'],
  expectedToDiffer: ReadonlySet<string>,
): Reproduction['environment'] {
  const keys = [...new Set([...Object.keys(original), ...Object.keys(reproduced)])];
  return keys
    .filter((key) => original[key] !== reproduced[key] && !expectedToDiffer.has(key))
    .sort()
    .map((key) => ({ key, original: original[key] ?? null, reproduced: reproduced[key] ?? null }));
}
