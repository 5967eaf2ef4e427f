import type { Prepared } from './prepare.ts';

/** How good predictions are. Sums are [rows, outputs], row by row, before any softmax. */
export type Scores = Readonly<Record<string, number>>;

/** @param rows row numbers of the table that the sums are for */
export function scoresOf(prepared: Prepared, rows: readonly number[], sums: Float32Array): Scores {
  const { target, targetMean, targetStd } = prepared;
  if (target.task === 'regression') {
    const values = Float64Array.from(rows, (row) => target.values[row]!);
    return regressionScores(sums, values, targetMean, targetStd);
  }
  const classes = Int32Array.from(rows, (row) => target.classes[row]!);
  return classificationScores(sums, classes, target.labels.length);
}

export function prefixed(prefix: string, scores: Scores): Scores {
  return Object.fromEntries(Object.entries(scores).map(([key, value]) => [`${prefix}_${key}`, value]));
}

export function words(scores: Scores): string {
  return Object.entries(scores)
    .map(([key, value]) => `${key} ${value.toFixed(4)}`)
    .join(', ');
}

/** Mean cross-entropy (nats) and the share of rows whose largest sum is their class. */
function classificationScores(
  sums: Float32Array,
  classes: Int32Array,
  count: number,
): { readonly loss: number; readonly accuracy: number } {
  let loss = 0;
  let right = 0;
  for (let row = 0; row < classes.length; row++) {
    let largest = 0;
    for (let index = 1; index < count; index++)
      if (sums[row * count + index]! > sums[row * count + largest]!) largest = index;
    const top = sums[row * count + largest]!;
    let total = 0;
    for (let index = 0; index < count; index++) total += Math.exp(sums[row * count + index]! - top);
    loss += top + Math.log(total) - sums[row * count + classes[row]!]!;
    if (largest === classes[row]) right += 1;
  }
  return { loss: loss / classes.length, accuracy: right / classes.length };
}

/**
 * Errors in the target's own unit, and the share of the variance explained (NaN where the rows do not vary).
 *
 * @param sums predictions of the standardised target
 */
function regressionScores(sums: Float32Array, values: Float64Array, mean: number, std: number) {
  let squared = 0;
  let absolute = 0;
  let around = 0;
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  for (let row = 0; row < values.length; row++) {
    const error = sums[row]! * std + mean - values[row]!;
    squared += error * error;
    absolute += Math.abs(error);
    around += (values[row]! - average) ** 2;
  }
  const rows = values.length;
  return {
    /** Of the standardised target: what training minimises. */
    loss: squared / rows / (std * std),
    rmse: Math.sqrt(squared / rows),
    mae: absolute / rows,
    r2: around > 0 ? 1 - squared / around : Number.NaN,
  };
}
