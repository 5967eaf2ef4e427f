import type { RecordedPoint } from '../../../storage/metric-store.ts';
import type { Values } from './usage-rates.ts';

/** Points of one run that are kept while they cannot be written: about ten minutes of a run with four GPUs. */
const MOST_POINTS = 15_000;

/** Points that are not written yet. On a disk that stays full the oldest are given up, and memory stays bounded. */
export function createTelemetryBatch(startedAt: number) {
  let points: RecordedPoint[] = [];
  return {
    /** @param timeMs when it was measured; the step is the whole seconds since the run started */
    add(values: Values, timeMs: number): void {
      const step = Math.max(0, Math.floor((timeMs - startedAt) / 1000));
      for (const [key, value] of Object.entries(values)) points.push({ key, step, timeMs, value });
      if (points.length > MOST_POINTS) points = points.slice(-MOST_POINTS);
    },
    /** Hand all of them over; they are kept when `write` throws. */
    flush(write: (points: readonly RecordedPoint[]) => void): void {
      if (points.length === 0) return;
      write(points);
      points = [];
    },
  };
}
