/** How good predictions are. Sums are [rows, outputs], row by row, before any softmax. */
export type Scores = Readonly<Record<string, number>>;

/** Mean cross-entropy (nats) and the share of rows whose largest sum is their class. */
export function classificationScores(
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
export function regressionScores(sums: Float32Array, values: Float64Array, mean: number, std: number) {
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
