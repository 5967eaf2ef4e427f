import { Worker } from 'node:worker_threads';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { CheckOptions, DataCheckEngine } from '../../../app/kernel/ports/data-checks.ts';
import { entryUrl } from '../../entry-url.ts';
import { restored } from '../crossed-error.ts';
import { ABORT, type ChecksRequest, type FromChecks } from './messages.ts';
import type { Watch } from './watch.ts';

/** More calls than these at a time would only take each other's memory and processors; the others wait. */
const MOST_AT_A_TIME = 2;

/** A thread for each call: what it holds is gone with it, and the tables' own thread stays free for those who look at them. */
export function createDataCheckEngine(): DataCheckEngine {
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();

  /** Until there is room for one more, or nobody waits for it. */
  async function turn(signal: AbortSignal): Promise<void> {
    if (underWay.size < MOST_AT_A_TIME || signal.aborted) return;
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    while (underWay.size >= MOST_AT_A_TIME && !signal.aborted) await Promise.race([...underWay, aborted]);
  }

  async function ask<T>(
    request: ChecksRequest,
    { signal: asked, onProgress = () => {} }: CheckOptions = {},
  ): Promise<T> {
    const signal = asked ? AbortSignal.any([asked, closing.signal]) : closing.signal;
    await turn(signal);
    signal.throwIfAborted();
    const answer = inThread<T>(request, { signal, progress: onProgress });
    const settled = answer.catch(() => {});
    underWay.add(settled);
    void settled.then(() => underWay.delete(settled));
    return await answer;
  }

  return {
    judge: (request, options) => ask({ call: 'judge', request }, options),
    split: (request, options) => ask({ call: 'split', request }, options),
    leakage: (request, options) => ask({ call: 'leakage', request }, options),
    rows: (assignment, part, { offset, limit }) => ask({ call: 'rows', assignment, part, offset, limit }),
    layOut: (assignment, views, folder, files) => ask({ call: 'layOut', assignment, views, folder, files }),
    async close() {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

async function inThread<T>(request: ChecksRequest, { signal, progress }: Watch): Promise<T> {
  const worker = new Worker(entryUrl('checks.worker'), { workerData: request });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const abort = () => worker.postMessage(ABORT);
  signal.addEventListener('abort', abort);
  try {
    return await new Promise<T>((resolve, reject) => {
      worker.on('message', (message: FromChecks) => {
        if (message.kind === 'progress') progress(message.fraction, message.message);
        else if (message.kind === 'done') resolve(message.result as T);
        else reject(restored(message.error));
      });
      const ended = (cause?: unknown) =>
        reject(new AppError('TARGET_FAILED', 'The thread that checks tables ended.', { cause }));
      worker.on('error', ended);
      worker.on('exit', () => ended());
    });
  } finally {
    signal.removeEventListener('abort', abort);
    // It ends by itself once it has given its memory and files back.
    await exited;
  }
}
