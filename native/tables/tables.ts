import { Worker } from 'node:worker_threads';
import type { Progress } from '../../app/contract/wire.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import type { Tables } from '../../app/kernel/ports/tables.ts';
import { entryUrl } from '../entry-url.ts';
import { boundAllocator } from './bounded-allocator.ts';
import { restored } from './crossed-error.ts';
import type { PageRequest, PageRows } from './page-table.ts';
import type { FromTables, TablesRequest, ToTables } from './worker-messages.ts';

/** Of what is soon garbage: reading text makes much of it, and by itself V8 lets it grow to a hundred. */
const maxYoungGenerationSizeMb = 12;

interface Waiting {
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface TableBrowser {
  /**
   * Rows of some columns, filtered and sorted.
   *
   * @throws AppError INVALID_INPUT for a column that is not there, or a value that does not fit it
   */
  browse(request: PageRequest, signal?: AbortSignal): Promise<PageRows>;
}

/**
 * Tables by DuckDB, in a thread of its own that starts with the first call: DuckDB costs about 80 ms and 30 MB, and
 * checking a file would hold up the core. A thread that dies fails its calls and is started anew by the next.
 */
export function createTables(): Tables & TableBrowser {
  boundAllocator();
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let lastId = 0;

  function start(): Worker {
    const started = new Worker(entryUrl('tables.worker'), { resourceLimits: { maxYoungGenerationSizeMb } });
    started.on('message', (message: FromTables) => {
      const call = waiting.get(message.id);
      if (message.kind === 'progress') return call?.onProgress?.(message.progress);
      waiting.delete(message.id);
      if (waiting.size === 0) started.unref();
      if (message.kind === 'done') call?.resolve(message.result);
      else call?.reject(restored(message.error));
    });
    const ended = (error?: unknown) => {
      if (worker === started) worker = undefined;
      for (const call of waiting.values()) {
        call.reject(new AppError('TARGET_FAILED', 'The thread that reads tables ended.', { cause: error }));
      }
      waiting.clear();
    };
    started.on('error', ended);
    started.on('exit', () => ended());
    started.unref();
    return started;
  }

  function ask<T>(
    request: TablesRequest,
    signal?: AbortSignal,
    onProgress?: Waiting['onProgress'],
  ): Promise<T> {
    signal?.throwIfAborted();
    worker ??= start();
    const to = worker;
    const id = ++lastId;
    const send = (message: ToTables) => to.postMessage(message);
    const abort = () => send({ kind: 'abort', id });
    signal?.addEventListener('abort', abort);
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { onProgress, resolve: resolve as (result: unknown) => void, reject });
      to.ref();
      send({ kind: 'request', id, request });
    }).finally(() => signal?.removeEventListener('abort', abort));
  }

  return {
    convert: (sources, destinationPath, { signal, onProgress }) =>
      ask({ call: 'convert', sources, destinationPath }, signal, onProgress),
    page: (parquetPath, offset, limit) => ask({ call: 'page', parquetPath, offset, limit }),
    browse: (request, signal) => ask({ call: 'browse', request }, signal),
    profile: (parquetPath, signal) => ask({ call: 'profile', parquetPath }, signal),
    async close() {
      const closing = worker;
      if (!closing) return;
      worker = undefined;
      const exited = new Promise<void>((resolve) => closing.once('exit', () => resolve()));
      closing.ref();
      closing.postMessage({ kind: 'close' } satisfies ToTables);
      await exited;
    },
  };
}
