import type { Drift, DriftBin } from '../../../app/contract/data-drift.ts';

/** An empty part counts as half a row: the logarithm of nothing is none. */
const EMPTY_PART = 0.5;

/**
 * Population stability index: the sum of (a − b)·ln(a / b) over the parts' shares a and b, which is the symmetrised
 * Kullback–Leibler divergence (H. Jeffreys, 1946; its use for scorecards: N. Siddiqi, Credit Risk Scorecards, 2006).
 */
export function stabilityIndex(bins: readonly Pick<DriftBin, 'before' | 'after'>[]): number {
  const total = (side: 'before' | 'after') => bins.reduce((sum, bin) => sum + bin[side], 0);
  const before = total('before');
  const after = total('after');
  if (before === 0 || after === 0) return 0;
  let index = 0;
  for (const bin of bins) {
    if (bin.before === 0 && bin.after === 0) continue;
    const b = Math.max(bin.before, EMPTY_PART) / before;
    const a = Math.max(bin.after, EMPTY_PART) / after;
    index += (a - b) * Math.log(a / b);
  }
  return index;
}

/** The thresholds in common use (Siddiqi, 2006). */
export function levelOf(psi: number): Drift['level'] {
  if (psi < 0.1) return 'none';
  return psi < 0.25 ? 'some' : 'strong';
}
