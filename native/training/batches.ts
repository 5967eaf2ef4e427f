import type { Part, Prepared } from './prepare.ts';
import type { RunSession } from './run-session.ts';

/**
 * Fill the session's batch with rows of a part. A batch that is not full is padded with rows of weight 0, so that
 * every row counts, the loss is the mean over the real rows, and one compiled graph serves.
 *
 * @param order row numbers within the part; rows [start, start + batchSize) of it are taken
 * @returns how many rows are real
 */
export function fillBatch(
  session: RunSession,
  prepared: Prepared,
  part: Part,
  order: Uint32Array,
  start: number,
  batchSize: number,
): number {
  const features = prepared.plan.width;
  const count = Math.min(batchSize, order.length - start);
  session.y.fill(0);
  session.w.fill(0);
  session.w.fill(1 / count, 0, count);
  if (count < batchSize) session.x.fill(0, count * features);
  const outputs = session.y.length / batchSize;
  for (let index = 0; index < count; index++) {
    const row = order[start + index]!;
    session.x.set(part.matrix.subarray(row * features, (row + 1) * features), index * features);
    if (prepared.target.task === 'classification') session.y[index * outputs + part.classes[row]!] = 1;
    else session.y[index] = (part.values[row]! - prepared.targetMean) / prepared.targetStd;
  }
  return count;
}
