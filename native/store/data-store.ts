import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../app/kernel/app-error.ts';
import type {
  CollectRequest,
  DataStore,
  StoreDamage,
  StoreOptions,
} from '../../app/kernel/ports/data-store.ts';
import { entryUrl } from '../entry-url.ts';
import { restored } from '../tables/crossed-error.ts';
import { checkWholeStore } from './housekeeping/check-whole-store.ts';
import { indexDamage, removeIndex } from './housekeeping/index-fault.ts';
import { repairStore } from './housekeeping/repair.ts';
import { runHousekeeping } from './housekeeping/run-housekeeping.ts';
import { YOUNG_GENERATION_MB } from './pool/pool.ts';
import { forgetSources } from './sources/memory-file.ts';
import { StoreGate } from './store-gate.ts';
import type { FromStore, StoreThreadData, ToStore } from './store-messages.ts';
import { type StoreFolders, storePaths } from './store-paths.ts';

const MIN_THREADS = 2;
const MAX_THREADS = 8;

export interface DataStoreOptions {
  readonly folders: StoreFolders;
  /** Threads that read, compress and write; as many as there are processors, from 2 to 8, if not given. */
  readonly threads?: number;
}

interface Waiting {
  readonly onProgress: StoreOptions['onProgress'];
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The data store of a workspace. Only one may be open for a workspace at a time, which the workspace's lock sees to. Its threads start with the
 * first call; a store whose thread died fails its calls and starts anew with the next.
 */
export function createDataStore({ folders, threads = defaultThreads() }: DataStoreOptions): DataStore {
  const paths = storePaths(folders);
  const gate = new StoreGate();
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let lastId = 0;

  function start(): Worker {
    const started = new Worker(entryUrl('store.worker'), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      workerData: { paths, threads } satisfies StoreThreadData,
    });
    started.on('message', (message: FromStore) => {
      const call = waiting.get(message.id);
      if (message.kind === 'progress') return call?.onProgress?.(message.progress);
      waiting.delete(message.id);
      if (waiting.size === 0) started.unref();
      if (message.kind === 'done') call?.resolve(message.result as never);
      else call?.reject(restored(message.error));
    });
    const ended = (error?: unknown) => {
      if (worker === started) worker = undefined;
      for (const call of waiting.values()) {
        call.reject(new AppError('TARGET_FAILED', 'The thread of the data store ended.', { cause: error }));
      }
      waiting.clear();
    };
    started.on('error', ended);
    started.on('exit', () => ended());
    started.unref();
    return started;
  }

  function ask<T>(
    name: string,
    parameters: readonly unknown[],
    { signal, onProgress }: StoreOptions = {},
  ): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    worker ??= start();
    const to = worker;
    const id = ++lastId;
    const send = (message: ToStore) => to.postMessage(message);
    const abort = () => send({ kind: 'abort', id });
    signal?.addEventListener('abort', abort);
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { onProgress, resolve, reject });
      to.ref();
      send({ kind: 'call', id, name, parameters });
    }).finally(() => signal?.removeEventListener('abort', abort));
  }

  const storeTree: DataStore['storeTree'] = (request, options) => ask('storeTree', [request], options);
  /** Packs were changed by another thread. @param lost whether contents may have gone that are remembered */
  const forget = (lost: boolean) => ask<void>('forget', [lost]);
  /** Have the index made to tell of the packs that are there, before another thread works with it. */
  const opened = () => ask<void>('forget', [false]);

  async function collect(request: CollectRequest, options: StoreOptions) {
    const release = gate.alone();
    try {
      await opened();
      // What is remembered of a source counts on its manifest's contents, which only roots are sure to keep.
      if (!request.dryRun) forgetSources(paths, new Set(request.roots.manifests));
      const nowMs = Date.now();
      return await runHousekeeping(paths, { kind: 'collect', request, nowMs }, 'collecting', options);
    } finally {
      await forget(false).finally(release);
    }
  }

  async function repair(
    ...[roots, copies, options = {}]: Parameters<DataStore['repair']>
  ): Promise<readonly StoreDamage[]> {
    const release = gate.alone();
    try {
      await opened();
      const fault = await runHousekeeping(paths, { kind: 'index' }, 'checking', options);
      if (fault !== null) {
        await close();
        removeIndex(paths);
        await opened();
      }
      const damage = await repairStore(paths, storeTree, () => forget(true), roots, copies, options);
      return fault === null
        ? damage
        : [{ ...indexDamage(fault), repaired: 'made again from the packs' }, ...damage];
    } finally {
      release();
    }
  }

  async function close(): Promise<void> {
    const closing = worker;
    if (!closing) return;
    worker = undefined;
    const exited = new Promise<void>((resolve) => closing.once('exit', () => resolve()));
    closing.ref();
    closing.postMessage({ kind: 'close' } satisfies ToStore);
    await exited;
  }

  return {
    storeTree: (request, options) => gate.together(() => storeTree(request, options)),
    put: (bytes) => gate.together(() => ask('put', [bytes])),
    putManifest: (files) => gate.together(() => ask('putManifest', [files])),
    has: (content) => ask('has', [content]),
    size: (content) => ask('size', [content]),
    read: (content, offset, length) => ask('read', [content, offset, length]),
    list: (manifest, page) => ask('list', [manifest, page]),
    listFolder: (manifest, request) => ask('listFolder', [manifest, request]),
    compare: (before, after, page) => ask('compare', [before, after, page]),
    checkout: (request, options) => ask('checkout', [request], options),
    async verify(roots, options = {}) {
      await opened();
      const fault = await runHousekeeping(paths, { kind: 'index' }, 'checking', options);
      // Nothing else can be told by it.
      if (fault !== null) return [indexDamage(fault)];
      return checkWholeStore(paths, roots, options);
    },
    repair,
    async usage(things, options = {}) {
      await opened();
      return runHousekeeping(paths, { kind: 'usage', things }, 'checking', options);
    },
    collect: (request, options = {}) => collect(request, options),
    rest: async () => {
      if (worker) await ask('rest', []);
    },
    close,
  };
}

function defaultThreads(): number {
  return Math.min(MAX_THREADS, Math.max(MIN_THREADS, os.availableParallelism()));
}
