import { Worker } from 'node:worker_threads';
import type { Progress } from '../../app/contract/wire.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import type { DataFormat, FormatFile } from '../../app/kernel/ports/data-format.ts';
import type { DatabaseQueries } from '../../app/kernel/ports/database-queries.ts';
import type { Tables } from '../../app/kernel/ports/tables.ts';
import { entryUrl } from '../entry-url.ts';
import { boundAllocator } from '../tables/bounded-allocator.ts';
import { restored } from '../tables/crossed-error.ts';
import { createTableFormats } from '../tables/table-format.ts';
import { extensionsOf } from './files/names.ts';
import { formatsFor, threadFormats } from './registry.ts';
import type { FormatsRequest, FromFormats, ToFormats } from './worker-messages.ts';

/** Of JavaScript's objects; files are read in pieces, so only a damaged one comes near it. */
const MOST_HEAP_MB = 768;
/** A cancelled call that has not ended by then has lost its thread. */
const HEARS_WITHIN_MS = 10_000;
/** A thread that nobody asked for so long ends, and gives back what the libraries of the formats took. */
const IDLE_MS = 3000;

interface Waiting {
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

function endOf(error: unknown): AppError {
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new AppError('TOO_LARGE', 'Reading the files needs more memory than it may use.', {
      nextStep: 'Check that no file is damaged, or import them in several parts.',
      cause: error,
    });
  }
  return new AppError('TARGET_FAILED', 'The thread that reads files ended.', { cause: error });
}

export interface Formats {
  /** Which one files have is asked in this order. */
  readonly formats: readonly DataFormat[];
  readonly queries: DatabaseQueries;
  close(): Promise<void>;
}

/**
 * Every format of data, and queries of database files. What is not a plain table is read in a thread of its own that starts with the first
 * call that may concern it and ends when there are none: a broken file may cost that thread, not the core. A thread that dies fails its
 * calls and is started anew by the next.
 */
export function createFormats(parts: { readonly tables: Pick<Tables, 'convert'> }): Formats {
  boundAllocator();
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;
  /** One question for all formats: their list of files may be long. */
  const recognised = new WeakMap<readonly FormatFile[], Promise<string | null>>();

  function start(): Worker {
    const started = new Worker(entryUrl('formats.worker'), {
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB, maxYoungGenerationSizeMb: 12 },
    });
    started.on('message', (message: FromFormats) => {
      const call = waiting.get(message.id);
      if (message.kind === 'progress') return call?.onProgress?.(message.progress);
      waiting.delete(message.id);
      if (waiting.size === 0) rest(started);
      if (message.kind === 'done') call?.resolve(message.result);
      else call?.reject(restored(message.error));
    });
    const ended = (error?: unknown) => {
      if (worker !== started) return;
      worker = undefined;
      for (const call of waiting.values()) {
        call.reject(endOf(error));
      }
      waiting.clear();
    };
    started.on('error', ended);
    started.on('exit', () => ended());
    started.unref();
    return started;
  }

  function rest(started: Worker): void {
    started.unref();
    idle = setTimeout(() => {
      if (worker === started) worker = undefined;
      void started.terminate();
    }, IDLE_MS).unref();
  }

  async function ask<T>(
    request: FormatsRequest,
    signal?: AbortSignal,
    onProgress?: Waiting['onProgress'],
  ): Promise<T> {
    signal?.throwIfAborted();
    clearTimeout(idle);
    worker ??= start();
    const to = worker;
    const id = ++lastId;
    const send = (message: ToFormats) => to.postMessage(message);
    const abort = () => {
      send({ kind: 'abort', id });
      // A broken file may hold the thread in a call that hears nothing.
      setTimeout(() => waiting.has(id) && void to.terminate(), HEARS_WITHIN_MS).unref();
    };
    signal?.addEventListener('abort', abort);
    try {
      return await new Promise<T>((resolve, reject) => {
        waiting.set(id, { onProgress, resolve: resolve as (result: unknown) => void, reject });
        to.ref();
        send({ kind: 'request', id, request });
      });
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  function formatOf(files: readonly FormatFile[]): Promise<string | null> {
    let answer = recognised.get(files);
    if (!answer) {
      const isPossible = formatsFor(extensionsOf(files)).length > 0;
      answer = isPossible ? ask<string | null>({ call: 'recognise', files }) : Promise.resolve(null);
      recognised.set(files, answer);
    }
    return answer;
  }

  return {
    formats: [
      ...createTableFormats(parts.tables),
      ...threadFormats.map(
        ({ name }): DataFormat => ({
          name,
          recognise: async (files) => (await formatOf(files)) === name,
          tabulate: (files, destinationPath, { signal, onProgress }) =>
            ask({ call: 'tabulate', format: name, files, destinationPath }, signal, onProgress),
        }),
      ),
    ],
    queries: {
      duckdb: (query, signal) => ask({ call: 'duckdb', query }, signal),
      sqlite: (query, signal) => ask({ call: 'sqlite', query }, signal),
      fromText: (table, signal) => ask({ call: 'text-table', table }, signal),
    },
    async close() {
      clearTimeout(idle);
      await worker?.terminate();
    },
  };
}
