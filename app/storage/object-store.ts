import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../contract/ids.ts';
import { AppError, fromSystemError } from '../kernel/app-error.ts';
import { syncFolder } from '../kernel/durable-file.ts';
import { newId } from '../kernel/new-id.ts';
import type { Hashing } from '../kernel/ports/hashing.ts';
import type { WorkspaceFolders } from '../kernel/workspace-folders.ts';
import { openSource } from './object-source.ts';

const CHUNK_BYTES = 1 << 20;
const PARTIAL = '.part';
const RECENT_MS = 60 * 60 * 1000;

export type ObjectSource = { readonly path: string } | { readonly bytes: Uint8Array };

export interface PutOptions {
  readonly signal?: AbortSignal;
  /** Told how many bytes each step took. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Content by its digest. What `put` returned is on the disk whole, also after a power cut; what it did not return is
 * invisible. Content never changes, so nobody needs a lock to read it.
 */
export interface ObjectStore {
  /**
   * Copy content in, hashing on the way, with bounded memory. Content that is already there is not written again.
   *
   * @throws AppError PATH_NOT_FOUND, PATH_UNREADABLE (also for links, devices, sockets and pipes), CONFLICT if the
   * file changed while it was read, DISK_FULL
   */
  put(
    source: ObjectSource,
    options?: PutOptions,
  ): Promise<{ readonly digest: Digest; readonly sizeBytes: number; readonly existed: boolean }>;
  path(digest: Digest): string;
  has(digest: Digest): boolean;
  /** In bytes. @throws AppError STORAGE_FAILED if there is no such object */
  size(digest: Digest): number;
  /** Whether the object is there and its bytes still have its digest. */
  verify(digest: Digest): Promise<boolean>;
  /** Bytes [offset, offset + length), fewer at the end. */
  read(digest: Digest, offset: number, length: number): Promise<Uint8Array>;
  /** What was put within the last hour: its names may not be in the database yet. */
  recent(): Digest[];
  /** Remove what puts that were interrupted left behind; only before the first put of the owner. */
  sweep(): Promise<number>;
}

/** Whole files under `objects/<first two digits>/<digest>`, read-only. */
export function createObjectStore(folders: WorkspaceFolders, hashing: Hashing): ObjectStore {
  const putAt = new Map<Digest, number>();

  function remember<Put extends { readonly digest: Digest }>(put: Put): Put {
    const now = Date.now();
    for (const [digest, at] of putAt) {
      // They stand in the order of their times.
      if (now - at < RECENT_MS) break;
      putAt.delete(digest);
    }
    putAt.delete(put.digest);
    putAt.set(put.digest, now);
    return put;
  }

  /** Write what `chunks` gives to a temporary file, then give it its name. */
  async function store(chunks: AsyncIterable<Uint8Array>) {
    const temporary = path.join(folders.objects, `${newId()}${PARTIAL}`);
    const hasher = hashing.start();
    let sizeBytes = 0;
    try {
      const file = await fs.promises.open(temporary, 'wx', 0o600);
      try {
        for await (const chunk of chunks) {
          hasher.update(chunk);
          await writeWhole(file, chunk);
          sizeBytes += chunk.length;
        }
        const digest = hasher.digest();
        if (holds(digest, sizeBytes)) return { digest, sizeBytes, existed: true };
        await file.chmod(0o444);
        await file.sync();
        await publish(temporary, digest);
        return { digest, sizeBytes, existed: false };
      } finally {
        await file.close();
      }
    } finally {
      await fs.promises.rm(temporary, { force: true });
    }
  }

  async function publish(temporary: string, digest: Digest): Promise<void> {
    const target = folders.object(digest);
    const made = await fs.promises.mkdir(path.dirname(target), { recursive: true });
    await fs.promises.rename(temporary, target);
    await syncFolder(path.dirname(target));
    if (made !== undefined) await syncFolder(folders.objects);
  }

  /** A file of another size under this name is a torn leftover of a damaged disk: it is replaced. */
  function holds(digest: Digest, sizeBytes: number): boolean {
    return fs.statSync(folders.object(digest), { throwIfNoEntry: false })?.size === sizeBytes;
  }

  async function putSmall(bytes: Uint8Array) {
    const digest = hashing.ofBytes(bytes);
    if (holds(digest, bytes.length)) return { digest, sizeBytes: bytes.length, existed: true };
    return store(once(bytes));
  }

  return {
    async put(source, { signal, onBytes } = {}) {
      signal?.throwIfAborted();
      const told = 'path' in source ? source.path : folders.objects;
      try {
        await fs.promises.mkdir(folders.objects, { recursive: true });
        if ('bytes' in source) {
          onBytes?.(source.bytes.length);
          return remember(await putSmall(source.bytes));
        }
        const opened = await openSource(source.path);
        try {
          const chunks = opened.chunks(CHUNK_BYTES, { signal, onBytes });
          // What fits one chunk is hashed before it is written: importing a folder again then writes nothing.
          if (opened.sizeBytes >= CHUNK_BYTES) return remember(await store(chunks));
          const parts: Uint8Array[] = [];
          for await (const chunk of chunks) parts.push(chunk);
          return remember(await putSmall(Buffer.concat(parts)));
        } finally {
          await opened.close();
        }
      } catch (error) {
        throw fromSystemError(error, fault(error, told, folders.objects));
      }
    },
    path: (digest) => folders.object(digest),
    has: (digest) => fs.existsSync(folders.object(digest)),
    size(digest) {
      const stat = fs.statSync(folders.object(digest), { throwIfNoEntry: false });
      if (!stat) throw missing(digest);
      return stat.size;
    },
    async verify(digest) {
      const file = await fs.promises.open(folders.object(digest), 'r').catch(() => undefined);
      if (!file) return false;
      const hasher = hashing.start();
      for await (const chunk of file.createReadStream({ highWaterMark: CHUNK_BYTES })) hasher.update(chunk);
      return hasher.digest() === digest;
    },
    async read(digest, offset, length) {
      const file = await fs.promises.open(folders.object(digest), 'r').catch((error: unknown) => {
        throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? missing(digest) : error;
      });
      try {
        const buffer = Buffer.alloc(Math.max(0, Math.min(length, (await file.stat()).size - offset)));
        let filled = 0;
        while (filled < buffer.length) {
          const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      } finally {
        await file.close();
      }
    },
    recent: () => [...putAt].flatMap(([digest, at]) => (Date.now() - at < RECENT_MS ? [digest] : [])),
    async sweep() {
      const names = await fs.promises.readdir(folders.objects).catch(() => []);
      const stale = names.filter((name) => name.endsWith(PARTIAL));
      for (const name of stale) await fs.promises.rm(path.join(folders.objects, name), { force: true });
      return stale.length;
    },
  };
}

async function writeWhole(file: fs.promises.FileHandle, chunk: Uint8Array): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    written += (await file.write(chunk, written, chunk.length - written)).bytesWritten;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A full disk is the store's, whatever file was being read; anything else is said of the user's file. */
function fault(error: unknown, source: string, store: string): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS' ? store : source;
}

function missing(digest: Digest): AppError {
  return new AppError('STORAGE_FAILED', `The object ${digest} is missing from the workspace.`, {
    nextStep: 'Restore the objects folder from a backup, or import the data again.',
    details: { digest },
  });
}
