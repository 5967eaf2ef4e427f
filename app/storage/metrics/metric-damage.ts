import type { RunId } from '../../contract/ids.ts';
import type { StoredPoints } from './chunk-table.ts';
import type { MetricKey } from './metric-key.ts';

/** Points that cannot be read because their bytes are damaged. */
export interface MetricDamage {
  readonly run: RunId;
  readonly key: string;
  /** All of them lie between these steps. */
  readonly fromStep: number;
  readonly toStep: number;
  /** How many there were. */
  readonly points: number;
}

export function damageOf(
  { run, key }: MetricKey,
  { fromStep, toStep, points }: Pick<StoredPoints, 'fromStep' | 'toStep' | 'points'>,
): MetricDamage {
  return { run, key, fromStep, toStep, points };
}
