import type { Run } from '../../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../../app/contract/wire.ts';

type Direction = 'higher' | 'lower';

const lowerIsBetter = /(loss|error|rmse|mse|mae|perplexity|ece|latency|duration|_ms$)/i;
const higherIsBetter = /(acc|f1|auc|precision|recall|r2|score|reward|bleu)/i;

/** Which way of a metric is better, by its name; null where the name does not tell. */
export function metricDirection(key: string): Direction | null {
  if (lowerIsBetter.test(key)) return 'lower';
  return higherIsBetter.test(key) ? 'higher' : null;
}

/** The metrics that a run is judged by, best known first. */
const preferred = ['test_accuracy', 'test_rmse', 'test_loss', 'val_accuracy', 'val_rmse', 'val_loss'];

/**
 * The best known metric by which at least two of the given runs can be judged (the one, where there is one); null
 * where none has a metric of known direction.
 */
export function mainMetric(runs: readonly Pick<Run, 'metrics'>[]): string | null {
  const counts = new Map<string, number>();
  for (const { metrics } of runs) {
    for (const key of Object.keys(metrics)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const rank = (key: string) => {
    const place = preferred.indexOf(key);
    if (place >= 0) return place;
    return preferred.length + (key.startsWith('test_') ? 0 : key.startsWith('val_') ? 1 : 2);
  };
  const known = [...counts.keys()].filter((key) => metricDirection(key) !== null);
  known.sort(
    (a, b) => rank(a) - rank(b) || (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a.localeCompare(b),
  );
  const enough = Math.min(2, runs.length);
  const judged = known.find((key) => (counts.get(key) ?? 0) >= enough && rank(key) < preferred.length);
  return judged ?? known[0] ?? null;
}

/** A run's metric as a number; null where it has none or it is NaN. */
export function metricOf(run: Pick<Run, 'metrics'>, key: string): number | null {
  const value = run.metrics[key];
  if (value === undefined) return null;
  const number = fromWireNumber(value);
  return Number.isNaN(number) ? null : number;
}

/** The run with the best value of a metric; null where none has it. */
export function bestBy<Subject extends Pick<Run, 'metrics'>>(
  runs: readonly Subject[],
  key: string,
): { readonly run: Subject; readonly value: number } | null {
  const direction = metricDirection(key) ?? 'higher';
  let best: { run: Subject; value: number } | null = null;
  for (const run of runs) {
    const value = metricOf(run, key);
    if (value === null) continue;
    if (best === null || (direction === 'higher' ? value > best.value : value < best.value))
      best = { run, value };
  }
  return best;
}

/** Whether a difference of a metric is for the better, the worse, or neither. */
export function judgeDifference(
  difference: number,
  direction: Direction | null,
): 'better' | 'worse' | 'same' {
  if (difference === 0 || direction === null) return 'same';
  return difference > 0 === (direction === 'higher') ? 'better' : 'worse';
}

/** Metric keys in the order people read them: test, then validation, then training, each by name. */
export function orderedMetrics(keys: Iterable<string>): string[] {
  const rank = (key: string) => ['test_', 'val_', 'train_'].findIndex((prefix) => key.startsWith(prefix));
  const place = (key: string) => (rank(key) < 0 ? 3 : rank(key));
  return [...new Set(keys)].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** Whether a metric is a share of 1, so that its differences read as percentage points. */
export function isShare(key: string): boolean {
  return /(accuracy|precision|recall|f1|auc)/i.test(key);
}

/** A metric's name in a sentence: `test_accuracy` reads "test accuracy", `test_rmse` "test RMSE". */
export function metricWords(key: string): string {
  return key
    .replaceAll('_', ' ')
    .replaceAll(/\b(rmse|mse|mae|auc|f1|ece|r2)\b/gi, (word) => word.toUpperCase())
    .replace(/^val\b/, 'validation')
    .replace(/^train\b/, 'training');
}
