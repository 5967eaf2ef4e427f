import type { RawColumn } from '../tables/read-columns.ts';

/** How one column of the table becomes columns of the matrix; learnt from the training rows only. */
export type Feature =
  | {
      readonly kind: 'number';
      readonly column: string;
      readonly mean: number;
      readonly std: number;
      readonly min: number;
      readonly max: number;
    }
  | {
      readonly kind: 'category';
      readonly column: string;
      readonly categories: readonly string[];
      readonly mostFrequent: string;
    };

export interface FeaturePlan {
  readonly features: readonly Feature[];
  /** Columns of the matrix. */
  readonly width: number;
  /** Columns that were left out, each with the reason in words. */
  readonly left: readonly { readonly column: string; readonly reason: string }[];
}

/** A missing word is a category of its own, written as the empty string. */
const MISSING = '';
const MOST_CATEGORIES = 1000;

/**
 * Decide how each column is used. Numbers are standardised by the training rows' mean and standard deviation and a
 * missing one becomes the mean; words and booleans are one-hot, where a word that training never saw is all zeros.
 *
 * @param train row numbers to learn from
 */
export function planFeatures(columns: readonly RawColumn[], train: readonly number[]): FeaturePlan {
  const features: Feature[] = [];
  const left: { column: string; reason: string }[] = [];
  for (const column of columns) {
    const planned =
      column.kind === 'number'
        ? planNumber(column, train)
        : column.kind === 'text'
          ? planCategory(column, train)
          : `it holds ${column.type.toLowerCase()} values`;
    if (typeof planned === 'string') left.push({ column: column.name, reason: planned });
    else features.push(planned);
  }
  return { features, left, width: features.reduce((width, feature) => width + widthOf(feature), 0) };
}

export const widthOf = (feature: Feature): number =>
  feature.kind === 'number' ? 1 : feature.categories.length;

function planNumber(
  column: Extract<RawColumn, { kind: 'number' }>,
  train: readonly number[],
): Feature | string {
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
  // A constant column carries nothing, but it may vary later: it is kept, unscaled, so that the endpoint takes it.
  const std = Math.sqrt(squares / count);
  return { kind: 'number', column: column.name, mean, std: std > 0 ? std : 1, min, max };
}

function planCategory(
  column: Extract<RawColumn, { kind: 'text' }>,
  train: readonly number[],
): Feature | string {
  const counts = new Map<string, number>();
  for (const row of train) {
    const value = column.values[row] ?? MISSING;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (counts.size > 100 && counts.size > train.length / 2)
    return `nearly every row has another value (${counts.size} of ${train.length})`;
  if (counts.size > MOST_CATEGORIES)
    return `it has ${counts.size} different values, more than ${MOST_CATEGORIES}`;
  const mostFrequent = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
  return { kind: 'category', column: column.name, categories: [...counts.keys()].sort(), mostFrequent };
}

/** Float32 matrix [rows.length, plan.width], row by row, of the named rows of the table. */
export function buildMatrix(
  plan: FeaturePlan,
  columns: readonly RawColumn[],
  rows: readonly number[],
): Float32Array {
  const matrix = new Float32Array(rows.length * plan.width);
  const byName = new Map(columns.map((column) => [column.name, column]));
  let offset = 0;
  for (const feature of plan.features) {
    const column = byName.get(feature.column)!;
    if (feature.kind === 'number' && column.kind === 'number') {
      // The exported graph computes in float32 from float32 inputs; the training matrix must hold the same numbers.
      const mean = Math.fround(feature.mean);
      const std = Math.fround(feature.std);
      for (let index = 0; index < rows.length; index++) {
        const value = Math.fround(column.values[rows[index]!]!);
        matrix[index * plan.width + offset] = Number.isNaN(value)
          ? 0
          : Math.fround(Math.fround(value - mean) / std);
      }
    } else if (feature.kind === 'category' && column.kind === 'text') {
      const place = new Map(feature.categories.map((category, index) => [category, index]));
      for (let index = 0; index < rows.length; index++) {
        const position = place.get(column.values[rows[index]!] ?? MISSING);
        if (position !== undefined) matrix[index * plan.width + offset + position] = 1;
      }
    }
    offset += widthOf(feature);
  }
  return matrix;
}
