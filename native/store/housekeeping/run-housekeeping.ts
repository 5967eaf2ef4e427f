import { Worker } from 'node:worker_threads';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { StoreOptions, StoreProgress } from '../../../app/kernel/ports/data-store.ts';
import { entryUrl } from '../../entry-url.ts';
import { restored } from '../../tables/crossed-error.ts';
import type { StorePaths } from '../store-paths.ts';
import type {
  FromHousekeeping,
  HousekeepingData,
  HousekeepingResults,
  HousekeepingTask,
} from './housekeeping-task.ts';

/**
 * Do one task in a thread of its own, which ends with it: these tasks are rare and long, and nobody else should wait for them.
 *
 * @param counts whether the task's progress is in contents instead of bytes
 */
export async function runHousekeeping<Task extends HousekeepingTask>(
  paths: StorePaths,
  task: Task,
  phase: StoreProgress['phase'],
  { signal, onProgress }: StoreOptions,
): Promise<HousekeepingResults[Task['kind']]> {
  signal?.throwIfAborted();
  const abort = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(entryUrl('store-housekeeping.worker'), {
    workerData: { paths, task, abort } satisfies HousekeepingData,
  });
  const stop = () => void Atomics.store(abort, 0, 1);
  signal?.addEventListener('abort', stop);
  const isCounted = task.kind === 'usage';
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (message: FromHousekeeping) => {
        if (message.kind === 'done') resolve(message.result as HousekeepingResults[Task['kind']]);
        else if (message.kind === 'failed') reject(restored(message.error));
        else {
          const { done, total } = message;
          onProgress?.(
            isCounted
              ? { phase, files: done, bytes: 0, totalFiles: total, totalBytes: 0 }
              : { phase, files: 0, bytes: done, totalFiles: 0, totalBytes: total },
          );
        }
      });
      worker.on('error', reject);
      worker.on('exit', () =>
        reject(new AppError('TARGET_FAILED', 'The thread that looks after the store ended.')),
      );
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
