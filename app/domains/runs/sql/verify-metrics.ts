import { setImmediate as turn } from 'node:timers/promises';
import type { RunId } from '../../../contract/ids.ts';
import type { VerifiedMetrics } from '../../../contract/run-sql.contract.ts';
import type { MetricStore } from '../../../storage/metric-store.ts';

/** Reading goes on this long before others get their turn. */
const AT_A_TIME_MS = 10;
const PROGRESS_EVERY_MS = 500;

export interface CheckedRun {
  readonly id: RunId;
  readonly name: string;
  /** Points of all its metrics. */
  readonly points: number;
}

/**
 * Read all points of runs.
 *
 * @yields damage as it is found, progress, and last what was read
 */
export async function* verifyMetrics(
  store: Pick<MetricStore, 'verify'>,
  runs: readonly CheckedRun[],
  signal: AbortSignal | undefined,
): AsyncGenerator<VerifiedMetrics, void, void> {
  const total = runs.reduce((sum, { points }) => sum + points, 0);
  let [points, damagedPoints] = [0, 0];
  let turnAt = performance.now() + AT_A_TIME_MS;
  let tellAt = performance.now() + PROGRESS_EVERY_MS;
  for (const { id, name } of runs) {
    for (const verified of store.verify(id)) {
      points += verified.points;
      for (const { run, ...damage } of verified.damaged) {
        if (damage.what === 'points') damagedPoints += damage.points;
        yield { kind: 'damaged', runId: run, runName: name, ...damage };
      }
      const now = performance.now();
      if (now >= tellAt) {
        yield { kind: 'progress', points, total };
        tellAt = now + PROGRESS_EVERY_MS;
      }
      if (now < turnAt) continue;
      await turn();
      signal?.throwIfAborted();
      turnAt = performance.now() + AT_A_TIME_MS;
    }
  }
  yield { kind: 'end', runs: runs.length, points, damagedPoints };
}
