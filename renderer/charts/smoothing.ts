/**
 * Exponential moving average without the pull towards zero at the start: each value is divided by the weight that
 * has been given out so far (the bias correction of Adam, Kingma and Ba 2015, section 3).
 *
 * @param values one value per point; NaN marks a gap, and the average starts anew behind it
 * @param strength 0 (no smoothing) up to but not including 1
 */
export function smooth(values: readonly number[], strength: number): number[] {
  if (strength <= 0) return [...values];
  const keep = Math.min(strength, 0.999);
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) {
      sum = 0;
      weight = 0;
      return Number.NaN;
    }
    sum = keep * sum + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return sum / weight;
  });
}
