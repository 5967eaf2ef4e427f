import { isReserved } from '../onnx/graph.ts';
import type { NumberColumn, RawColumn, WordColumn } from '../tables/read-columns.ts';

/** How one column of the table becomes columns of the matrix; learnt from the training rows only. */
export type Feature = NumberFeature | CategoryFeature;

export interface NumberFeature {
  readonly kind: 'number';
  readonly column: string;
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

export interface CategoryFeature {
  readonly kind: 'category';
  readonly column: string;
  /** One place of the matrix each. The empty string stands for a missing value, where training saw one. */
  readonly categories: readonly string[];
  readonly mostFrequent: string;
}

export interface FeaturePlan {
  /** Numbers first, then categories, each in the table's order: the order of the matrix. */
  readonly numbers: readonly NumberFeature[];
  readonly categories: readonly CategoryFeature[];
  /** Columns of the matrix. */
  readonly width: number;
  /** Columns that were left out, each with the reason in words. */
  readonly left: readonly { readonly column: string; readonly reason: string }[];
}

/** A missing word is a category of its own if training saw one, written as the empty string. */
export const MISSING = '';
const MOST_CATEGORIES = 1000;
/** Beyond this the difference of two numbers may not fit a float32. */
export const LARGEST = 1e38;
/** With more categories than this, a column where most rows differ is a name or a remark, not a category. */
const FEW_CATEGORIES = 100;

/**
 * Decide how each column is used. Numbers are standardised by the training rows' mean and standard deviation and a
 * missing one (or an infinite one) becomes the mean; words and booleans are one-hot, where a word that training never
 * saw is all zeros.
 *
 * @param train row numbers to learn from
 */
export function planFeatures(columns: readonly RawColumn[], train: readonly number[]): FeaturePlan {
  const numbers: NumberFeature[] = [];
  const categories: CategoryFeature[] = [];
  const left: { column: string; reason: string }[] = [];
  for (const column of columns) {
    const planned = isReserved(column.name)
      ? 'the exported model cannot have an input of that name'
      : column.kind === 'number'
        ? planNumber(column, train)
        : column.kind === 'text'
          ? planCategory(column, train)
          : `it holds ${column.holds}`;
    if (typeof planned === 'string') left.push({ column: column.name, reason: planned });
    else if (planned.kind === 'number') numbers.push(planned);
    else categories.push(planned);
  }
  const width = categories.reduce((sum, feature) => sum + feature.categories.length, numbers.length);
  return { numbers, categories, width, left };
}

function planNumber(column: NumberColumn, train: readonly number[]): NumberFeature | string {
  let count = 0;
  let mean = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const row of train) {
    const value = column.values[row]!;
    if (!Number.isFinite(value)) continue;
    // Welford's update (Knuth, TAOCP vol. 2, 4.2.2): no cancellation for columns far from zero.
    count += 1;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return 'it has no values in the training rows';
  if (Math.max(-min, max) > LARGEST) return `it has numbers beyond ${LARGEST}, too large for 32-bit floats`;
  // The spread is taken around the mean as the graph has it, which matters for large numbers that differ little.
  const rounded = Math.fround(mean);
  const std = Math.fround(Math.sqrt(squares / count + (mean - rounded) ** 2));
  // A constant column carries nothing, but it may vary later: it is kept, unscaled, so that the endpoint takes it.
  return { kind: 'number', column: column.name, mean: rounded, std: std > 0 ? std : 1, min, max };
}

function planCategory(column: WordColumn, train: readonly number[]): CategoryFeature | string {
  const counts = new Map<string, number>();
  for (const row of train) {
    const word = column.words[column.codes[row]!] ?? MISSING;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  if (counts.size > FEW_CATEGORIES && counts.size > train.length / 2) {
    return `nearly every row has another value (${counts.size} of ${train.length})`;
  }
  if (counts.size > MOST_CATEGORIES) {
    return `it has ${counts.size} different values, more than ${MOST_CATEGORIES}`;
  }
  const known = [...counts].filter(([word]) => word !== MISSING);
  if (known.length === 0) return 'it has no values in the training rows';
  const mostFrequent = known.reduce((best, each) => (each[1] > best[1] ? each : best))[0];
  return { kind: 'category', column: column.name, categories: [...counts.keys()].sort(), mostFrequent };
}
