import type { RunId } from '../../../contract/ids.ts';
import type { Database } from '../../../kernel/ports/database.ts';
import type { MetricHistory } from '../../../kernel/ports/tracking.ts';
import type { MetricStore } from '../../../storage/metric-store.ts';

type Order = 'time' | 'step';

/** A client reads a long history page by page: the sorted points are kept this long for the next page. */
const KEPT_MS = 10_000;

/**
 * Points of a metric in order, each once: a client that repeats a request after a lost answer logs its points again. NaN sorts as 0.
 */
export function createRunHistory(database: Database, metrics: MetricStore) {
  let kept: { readonly of: string; readonly history: MetricHistory } | undefined;
  let timer: NodeJS.Timeout | undefined;

  return (run: RunId, key: string, order: Order): MetricHistory => {
    const row = database
      .prepare('SELECT id, points FROM metric_keys WHERE run_id = ? AND key = ?')
      .get(run, key);
    if (!row) return { length: 0, steps: [], timesMs: [], values: [] };
    const of = `${row.id} ${row.points} ${order}`;
    if (kept?.of === of) return kept.history;
    const history = sorted(metrics, run, key, Number(row.points), order);
    kept = { of, history };
    clearTimeout(timer);
    timer = setTimeout(() => {
      kept = undefined;
    }, KEPT_MS).unref();
    return history;
  };
}

function sorted(metrics: MetricStore, run: RunId, key: string, points: number, order: Order): MetricHistory {
  const steps = new Float64Array(points);
  const timesMs = new Float64Array(points);
  const values = new Float64Array(points);
  let count = 0;
  for (const columns of metrics.columns(run, key)) {
    steps.set(columns.steps, count);
    timesMs.set(columns.timesMs, count);
    values.set(columns.values, count);
    count += columns.steps.length;
  }
  const [first, second] = order === 'time' ? [timesMs, steps] : [steps, timesMs];
  const known = (index: number): number => (Number.isNaN(values[index]!) ? 0 : values[index]!);
  const compare = (a: number, b: number): number =>
    first[a]! - first[b]! ||
    second[a]! - second[b]! ||
    order3(known(a), known(b)) ||
    Number(Number.isNaN(values[a]!)) - Number(Number.isNaN(values[b]!));
  const indices = new Uint32Array(count);
  let inOrder = true;
  for (let index = 0; index < count; index++) {
    indices[index] = index;
    if (inOrder && index > 0 && compare(index - 1, index) >= 0) inOrder = false;
  }
  if (inOrder) return { length: count, steps: steps.subarray(0, count), timesMs, values };
  indices.sort(compare);
  const unique = indices.filter((index, at) => at === 0 || compare(indices[at - 1]!, index) !== 0);
  const pick = (column: Float64Array) => Float64Array.from(unique, (index) => column[index]!);
  return { length: unique.length, steps: pick(steps), timesMs: pick(timesMs), values: pick(values) };
}

/** Infinities subtracted from each other would be NaN. */
const order3 = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
