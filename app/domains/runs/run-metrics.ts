export type Direction = 'higher' | 'lower';

const HIGHER = /(^|[_/.-])(accuracy|acc|f1|auc|auroc|r2|precision|recall|score|bleu|map|iou|dice)([_/.-]|$)/i;
const LOWER = /(^|[_/.-])(loss|error|err|rmse|mse|mae|mape|perplexity|ece|latency|nll)([_/.-]|$)/i;

/** Which way a metric is better, judged by the field's common names; null where the name does not say. */
export function betterDirection(key: string): Direction | null {
  if (LOWER.test(key)) return 'lower';
  return HIGHER.test(key) ? 'higher' : null;
}

/** Index of the best value, or null where there is no direction or no two values to choose between. */
export function bestIndex(values: readonly (number | null)[], direction: Direction | null): number | null {
  if (direction === null) return null;
  let best: number | null = null;
  let known = 0;
  for (const [index, value] of values.entries()) {
    if (value === null || Number.isNaN(value)) continue;
    known += 1;
    const leader = best === null ? null : values[best]!;
    if (leader === null || (direction === 'higher' ? value > leader : value < leader)) best = index;
  }
  return known > 1 ? best : null;
}
