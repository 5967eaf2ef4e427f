import fs from 'node:fs';
import path from 'node:path';
import { type Digest, digest as digestOf } from '../../contract/ids.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { syncFolder } from '../../kernel/durable-file.ts';
import { newId } from '../../kernel/new-id.ts';
import type { DataStore } from '../../kernel/ports/data-store.ts';
import type { WorkspaceFolders } from '../../kernel/workspace-folders.ts';
import { CHECKOUT_PART, removeTree } from '../../storage/check-out.ts';

/** A checkout that is being removed has this ending, so that no program finds half of it. */
const GONE = '.gone';

export interface CheckoutOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes are there of how many; the second is 0 while it is not known. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
}

/**
 * Data set versions as read-only folders of files, for programs that open files. They are named by their version's digest, made
 * when they are first asked for and kept; removing one costs only the time to make it again.
 */
export interface Checkouts {
  /** Where a version's folder is, or will be. */
  path(digest: Digest): string;
  /** A version's folder if it is there, else null. */
  find(digest: Digest): string | null;
  /**
   * Make sure that the folder is there, whole and durable. Those who ask at the same time share the work, which stops when the last
   * of them has given up.
   *
   * @throws AppError STORAGE_FAILED if a content is missing or damaged, DISK_FULL; an abort of `signal`
   */
  ensure(digest: Digest, options?: CheckoutOptions): Promise<string>;
  /** Versions whose folders are there. */
  list(): Promise<Digest[]>;
  /** Remove a folder that no run reads. Nothing happens if it is not there. @throws AppError CONFLICT while it is made */
  remove(digest: Digest): Promise<void>;
  /** Remove what interrupted work left; only before the first `ensure` of the owner. */
  sweep(): Promise<number>;
}

interface Making {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  readonly listeners: Set<(bytes: number, total: number) => void>;
  waiting: number;
}

export function createCheckouts(folders: WorkspaceFolders, store: Pick<DataStore, 'checkout'>): Checkouts {
  const making = new Map<Digest, Making>();

  function make(digest: Digest): Making {
    const stop = new AbortController();
    const listeners: Making['listeners'] = new Set();
    const done = write(digest, stop.signal, (bytes, total) => {
      for (const listener of listeners) listener(bytes, total);
    }).finally(() => making.delete(digest));
    const started = { done, stop, listeners, waiting: 0 };
    making.set(digest, started);
    return started;
  }

  /** Files are written beside the folder's name, which they get once all of them are durable. */
  async function write(
    digest: Digest,
    signal: AbortSignal,
    onBytes: (bytes: number, total: number) => void,
  ): Promise<void> {
    const target = folders.checkout(digest);
    const part = `${target}${CHECKOUT_PART}`;
    try {
      await fs.promises.mkdir(folders.checkouts, { recursive: true });
      await removeTree(part);
      await store.checkout(
        { manifest: digest, folder: part, sealed: true, existing: 'refuse' },
        {
          signal,
          onProgress: ({ phase, bytes, totalBytes }) => {
            if (phase === 'writing') onBytes(bytes, totalBytes ?? 0);
          },
        },
      );
      signal.throwIfAborted();
      await fs.promises.rename(part, target);
      await syncFolder(folders.checkouts);
    } catch (error) {
      await removeTree(part);
      throw fromSystemError(error, target);
    }
  }

  /** Wait for work that others may wait for too. */
  async function join(work: Making, { signal, onProgress }: CheckoutOptions): Promise<void> {
    const { promise: gaveUp, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(signal?.reason);
    signal?.addEventListener('abort', giveUp);
    if (onProgress) work.listeners.add(onProgress);
    work.waiting += 1;
    try {
      await Promise.race([work.done, gaveUp]);
    } finally {
      work.waiting -= 1;
      if (onProgress) work.listeners.delete(onProgress);
      signal?.removeEventListener('abort', giveUp);
      if (work.waiting === 0) {
        work.stop.abort();
        // Whoever asks next must not meet the remains of this.
        await work.done.catch(() => undefined);
      }
    }
  }

  const names = () =>
    fs.promises.readdir(folders.checkouts).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw fromSystemError(error, folders.checkouts);
    });

  return {
    path: (digest) => folders.checkout(digest),
    find(digest) {
      const target = folders.checkout(digest);
      return fs.existsSync(target) ? target : null;
    },
    async ensure(digest, options = {}) {
      const target = folders.checkout(digest);
      let work = making.get(digest);
      // Work that was given up is still clearing away.
      for (; work?.stop.signal.aborted; work = making.get(digest)) await work.done.catch(() => undefined);
      options.signal?.throwIfAborted();
      if (!work && fs.existsSync(target)) return target;
      await join(work ?? make(digest), options);
      return target;
    },
    list: async () => (await names()).flatMap((name) => digestOf.safeParse(name).data ?? []),
    async remove(digest) {
      if (making.has(digest)) {
        throw new AppError('CONFLICT', `The files of ${digest} are being written out.`, {
          details: { digest },
        });
      }
      const target = folders.checkout(digest);
      const gone = `${target}.${newId()}${GONE}`;
      await fs.promises.rename(target, gone).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw fromSystemError(error, target);
      });
      await removeTree(gone);
    },
    async sweep() {
      const left = (await names()).filter((name) => name.endsWith(CHECKOUT_PART) || name.endsWith(GONE));
      for (const name of left) await removeTree(path.join(folders.checkouts, name));
      return left.length;
    },
  };
}
