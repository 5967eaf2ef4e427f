import type { RecordedPoint } from '../../app/storage/metric-store.ts';

/** The points that a writer records, one after the other: point `index` is the same in every process. */
export function pointAt(index: number): RecordedPoint {
  const key = index % 7 === 0 ? 'val/loss' : index % 3 === 0 ? 'system/cpu_percent' : 'loss';
  // Now and then a step goes back, as after a restart from a checkpoint.
  const step = index - (index % 1000 === 0 ? 300 : 0);
  return { key, step, timeMs: 1.75e12 + index, value: index };
}
