import os from 'node:os';
import type { StoreDamage, StoreOptions, StoreRoots } from '../../../app/kernel/ports/data-store.ts';
import type { StorePaths } from '../store-paths.ts';
import { InterruptedCheck } from './interrupted-check.ts';
import { runHousekeeping } from './run-housekeeping.ts';

const MAX_THREADS = 8;

/**
 * Read all packs on as many threads as there are processors, then look through what the roots need. It goes on where one was interrupted
 * within the last day.
 */
export async function checkWholeStore(
  paths: StorePaths,
  roots: StoreRoots | null,
  { signal, onProgress }: StoreOptions,
): Promise<readonly StoreDamage[]> {
  const parts = Math.min(MAX_THREADS, Math.max(2, os.availableParallelism()));
  const interrupted = new InterruptedCheck(paths);
  const known = interrupted.begin(Date.now());
  const shares = Array.from({ length: parts }, () => ({ done: 0, total: 0 }));
  const sum = (of: 'done' | 'total') => shares.reduce((bytes, share) => bytes + share[of], 0);
  // One thread that fails stops the others: nobody waits for what they find.
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const reading = shares.map((share, part) =>
    runHousekeeping(paths, { kind: 'packs', part, parts, known }, 'checking', {
      signal: stop,
      onProgress: ({ bytes, totalBytes }) => {
        share.done = bytes;
        share.total = totalBytes ?? 0;
        onProgress?.({
          phase: 'checking',
          files: 0,
          bytes: sum('done'),
          totalFiles: 0,
          totalBytes: sum('total'),
        });
      },
    }),
  );
  const read = await Promise.all(reading).catch(async (error: unknown) => {
    failed.abort();
    await Promise.allSettled(reading);
    throw error;
  });
  const damage = await runHousekeeping(paths, { kind: 'check', roots, read }, 'checking', { signal });
  interrupted.end();
  return damage;
}
