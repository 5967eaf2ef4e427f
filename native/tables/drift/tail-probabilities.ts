/** Terms of series and fractions end where they no longer change a double. */
const PRECISION = 1e-15;
const MOST_TERMS = 10_000;

/**
 * The chance that a chi-squared variable exceeds a statistic: the regularised upper incomplete gamma function Q(df/2, x/2)
 * (NIST Digital Library of Mathematical Functions, §8.2 and §8.9: the series for small x, the continued fraction for large).
 *
 * @param degreesOfFreedom at least 1
 */
export function chiSquaredTail(statistic: number, degreesOfFreedom: number): number {
  if (!(statistic > 0)) return 1;
  const a = degreesOfFreedom / 2;
  const x = statistic / 2;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? Math.max(0, 1 - scale * lowerSeries(a, x)) : scale * upperFraction(a, x);
}

/** Sum of x^n / (a (a+1) … (a+n)). */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * PRECISION; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** The continued fraction 1/(x+1−a− 1(1−a)/(x+3−a− …)), evaluated forwards by Lentz's method as Thompson and Barnett modified it. */
function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b || tiny);
    c = b + numerator / c || tiny;
    const factor = d * c;
    value *= factor;
    if (Math.abs(factor - 1) < PRECISION) break;
  }
  return value;
}

/** Coefficients of Stirling's series, B(2k) / (2k (2k−1)) (NIST DLMF §5.11). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156];

/** ln Γ(x) for x > 0: shifted upwards until Stirling's series is exact to a double. */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 12) {
    shift += Math.log(z);
    z += 1;
  }
  let series = 0;
  for (const [k, coefficient] of STIRLING.entries()) series += coefficient / z ** (2 * k + 1);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/**
 * The chance that the limit of √n·D exceeds λ (A. N. Kolmogorov, 1933): the alternating series for large λ, its theta-function
 * transform for small.
 */
export function kolmogorovTail(lambda: number): number {
  if (!(lambda > 0)) return 1;
  if (lambda < 1.1) {
    let sum = 0;
    for (let k = 1; k <= 20; k++) sum += Math.exp(-((2 * k - 1) ** 2 * Math.PI ** 2) / (8 * lambda ** 2));
    return Math.min(1, Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / lambda) * sum));
  }
  let sum = 0;
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k ** 2 * lambda ** 2);
  return Math.min(1, Math.max(0, 2 * sum));
}

/**
 * p-value of the two-sample Kolmogorov–Smirnov statistic, with the correction for finite samples of M. A. Stephens (Journal of
 * the Royal Statistical Society B 32, 1970). Where values repeat, the true value is smaller: the test is then cautious.
 */
export function kolmogorovSmirnovPValue(d: number, before: number, after: number): number {
  const root = Math.sqrt((before * after) / (before + after));
  return kolmogorovTail((root + 0.12 + 0.11 / root) * d);
}
