import type { Series } from '../../../app/contract/runs.contract.ts';

/** Metrics that share a chart: `train_loss` and `val_loss` are two lines of "loss". */
export interface CurveGroup {
  readonly title: string;
  readonly lines: readonly { readonly key: string; readonly label: string }[];
}

const parts = ['val', 'train', 'test'];
const order = ['loss', 'accuracy', 'rmse', 'mae', 'r2'];

/** Groups metric keys by what they measure; the best known quantities first, then by name. */
export function curveGroups(keys: Iterable<string>): CurveGroup[] {
  const groups = new Map<string, { key: string; label: string }[]>();
  for (const key of new Set(keys)) {
    const part = parts.find((prefix) => key.startsWith(`${prefix}_`));
    const title = part ? key.slice(part.length + 1) : key;
    const lines = groups.get(title) ?? [];
    lines.push({ key, label: part ?? key });
    groups.set(title, lines);
  }
  const place = (title: string) => (order.includes(title) ? order.indexOf(title) : order.length);
  const rank = (label: string) => (parts.includes(label) ? parts.indexOf(label) : parts.length);
  return [...groups]
    .map(([title, lines]) => ({ title, lines: lines.sort((a, b) => rank(a.label) - rank(b.label)) }))
    .sort((a, b) => place(a.title) - place(b.title) || a.title.localeCompare(b.title));
}

/** Whether a quantity is best read on a log axis: a loss that falls over more than one decade. */
export function readsOnLogAxis(title: string, series: readonly Series[]): boolean {
  if (!/(loss|error|perplexity)/.test(title)) return false;
  const values = series.flatMap(({ mean }) => mean.filter((value) => typeof value === 'number'));
  const least = Math.min(...values);
  return values.length > 2 && least > 0 && Math.max(...values) / least > 10;
}

/** Series with more than one point: a single value, such as a test metric, is no curve, and the epoch is a clock. */
export function curvesOf(series: readonly Series[]): Series[] {
  return series.filter(({ points, key }) => points > 1 && key !== 'epoch' && !key.startsWith('test_'));
}
