import type { RunId } from '../../../contract/ids.ts';
import type { MetricDamage, MetricStore } from '../../../storage/metric-store.ts';
import { FED_POINTS } from './tables.ts';

/** Points sent at a time: few enough that the core's thread is free again after a moment. */
const BATCH_POINTS = 32_768;

export interface Metric {
  readonly id: number;
  readonly run: RunId;
  readonly key: string;
}

/** Points of metrics in batches of columns as FED_POINTS names them. @param damaged takes what cannot be read */
export function* pointBatches(
  store: MetricStore,
  metrics: readonly Metric[],
  damaged: MetricDamage[],
): Generator<Float64Array[]> {
  let batch = newBatch();
  let length = 0;
  for (const { id, run, key } of metrics) {
    for (const { steps, timesMs, values } of store.columns(run, key, (damage) => damaged.push(damage))) {
      for (let at = 0; at < steps.length; at++) {
        batch[0]![length] = id;
        batch[1]![length] = steps[at]!;
        batch[2]![length] = timesMs[at]!;
        batch[3]![length] = values[at]!;
        length += 1;
        if (length < BATCH_POINTS) continue;
        yield batch;
        batch = newBatch();
        length = 0;
      }
    }
  }
  if (length > 0) yield batch.map((column) => column.slice(0, length));
}

const newBatch = () => FED_POINTS.columns.map(() => new Float64Array(BATCH_POINTS));
