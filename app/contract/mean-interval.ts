/** Mean of a group's values with the interval that holds the true mean with 95 % confidence. */
export interface MeanInterval {
  readonly count: number;
  readonly mean: number;
  /** Of the sample; null for fewer than two values. */
  readonly deviation: number | null;
  /** Half the width of the interval; null for fewer than two values, which say nothing of their spread. */
  readonly half: number | null;
}

/** Of the finite values; null where there is none. */
export function meanInterval(values: readonly number[]): MeanInterval | null {
  const finite = values.filter(Number.isFinite);
  const count = finite.length;
  if (count === 0) return null;
  const mean = finite.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean, deviation: null, half: null };
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  return { count, mean, deviation, half: (studentQuantile(count - 1) * deviation) / Math.sqrt(count) };
}

/** 97.5 % quantiles of Student's t for 1 to 10 degrees of freedom. */
const smallQuantiles = [
  12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139,
];

/** The same of the normal distribution. */
const normalQuantile = 1.959964;

/**
 * 97.5 % quantile of Student's t: from the table, and above it by the expansion in inverse degrees of freedom
 * (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5), there exact to four decimals.
 *
 * @param freedom degrees of freedom, 1 or more
 */
export function studentQuantile(freedom: number): number {
  const listed = smallQuantiles[freedom - 1];
  if (listed !== undefined) return listed;
  const z = normalQuantile;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, index) => sum + term / freedom ** (index + 1), z);
}
