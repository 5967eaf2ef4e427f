import type { Prepared } from './prepare.ts';
import type { RunSession } from './run-session.ts';

/**
 * Fill the session's batch. A batch that is not full is padded with rows of weight 0, so that every row counts, the
 * loss is the mean over the real rows, and one compiled graph serves.
 *
 * @param order row numbers of the table; [start, start + batchSize) of it are taken
 */
export function fillBatch(session: RunSession, prepared: Prepared, order: Uint32Array, start: number): void {
  const { features, target, targetMean, targetStd } = prepared;
  const { batchSize, outputs, x, y, rowWeights } = session;
  const count = Math.min(batchSize, order.length - start);
  features.fill(x, order, start, count);
  x.fill(0, count * features.width);
  y.fill(0);
  rowWeights.fill(0);
  rowWeights.fill(1 / count, 0, count);
  for (let index = 0; index < count; index++) {
    const row = order[start + index]!;
    if (target.task === 'classification') y[index * outputs + target.classes[row]!] = 1;
    else y[index] = (target.values[row]! - targetMean) / targetStd;
  }
}
