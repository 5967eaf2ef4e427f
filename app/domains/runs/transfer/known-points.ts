import type { RunId } from '../../../contract/ids.ts';
import type { MetricStore, RecordedPoint } from '../../../storage/metric-store.ts';

/**
 * Tells points that a run has already from new ones, for a source that is read from its start a second time. Each known point answers
 * for one: two equal points in the source are two. Times are not compared; some sources have none of their own.
 */
export function createKnownPoints(metrics: MetricStore, run: RunId) {
  const known = new Map<string, Map<string, number>>();

  function ofKey(key: string): Map<string, number> {
    const counted = known.get(key);
    if (counted) return counted;
    const counts = new Map<string, number>();
    for (const { steps, values } of metrics.columns(run, key)) {
      for (const [index, step] of steps.entries()) {
        const name = nameOf(step, values[index]!);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    known.set(key, counts);
    return counts;
  }

  return {
    /** Those of the points that the run does not have; each known point is used up once. */
    unknown(points: readonly RecordedPoint[]): RecordedPoint[] {
      return points.filter(({ key, step, value }) => {
        const counts = ofKey(key);
        const name = nameOf(step, value);
        const left = counts.get(name) ?? 0;
        if (left > 0) counts.set(name, left - 1);
        return left === 0;
      });
    },
  };
}

/** 0 and -0 are one value, as they are in the table. */
const nameOf = (step: number, value: number): string => `${step} ${value === 0 ? 0 : value}`;
