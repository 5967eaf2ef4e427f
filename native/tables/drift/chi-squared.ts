import type { Drift } from '../../../app/contract/data-drift.ts';
import { chiSquaredTail } from './tail-probabilities.ts';

/** Below this many expected rows in a cell, Pearson's statistic does not follow its distribution (W. G. Cochran, Biometrics 10, 1954). */
const LEAST_EXPECTED = 5;

/**
 * Pearson's chi-squared test that two samples have the same shares of each value (K. Pearson, 1900). Values too rare for it are taken
 * together.
 *
 * @param counts rows of each value before and after
 */
export function chiSquaredTest(
  counts: readonly { readonly before: number; readonly after: number }[],
): NonNullable<Drift['chiSquared']> {
  const before = counts.reduce((sum, count) => sum + count.before, 0);
  const after = counts.reduce((sum, count) => sum + count.after, 0);
  const smaller = Math.min(before, after) / (before + after);
  const enough: { before: number; after: number }[] = [];
  let rare = { before: 0, after: 0 };
  const add = (a: { before: number; after: number }, b: { before: number; after: number }) => ({
    before: a.before + b.before,
    after: a.after + b.after,
  });
  const isEnough = (count: { before: number; after: number }) =>
    (count.before + count.after) * smaller >= LEAST_EXPECTED;
  for (const count of [...counts].sort((a, b) => b.before + b.after - a.before - a.after)) {
    if (isEnough(count)) enough.push({ ...count });
    else rare = add(rare, count);
  }
  if (isEnough(rare)) enough.push(rare);
  else if (rare.before + rare.after > 0 && enough.length > 0) enough.push(add(enough.pop()!, rare));
  const degreesOfFreedom = enough.length - 1;
  if (degreesOfFreedom < 1 || before === 0 || after === 0)
    return { statistic: 0, degreesOfFreedom: 0, pValue: 1 };
  let statistic = 0;
  for (const count of enough) {
    for (const side of ['before', 'after'] as const) {
      const expected =
        ((count.before + count.after) * (side === 'before' ? before : after)) / (before + after);
      statistic += (count[side] - expected) ** 2 / expected;
    }
  }
  return { statistic, degreesOfFreedom, pValue: chiSquaredTail(statistic, degreesOfFreedom) };
}
