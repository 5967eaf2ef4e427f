import fs from 'node:fs';
import { AppError, fromSystemError } from '../kernel/app-error.ts';

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;

export interface OpenedSource {
  readonly sizeBytes: number;
  chunks(
    chunkBytes: number,
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly onBytes?: ((bytes: number) => void) | undefined;
    },
  ): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Open somebody's file to copy it: a regular file and nothing that only looks like one. The checks are made on the
 * opened file, so what is checked is what is read, and opening a pipe does not wait for a writer.
 */
export async function openSource(filePath: string): Promise<OpenedSource> {
  const file = await fs.promises
    .open(filePath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    .catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ELOOP') throw notRegular(filePath, 'a symbolic link');
      if (code === 'ENXIO') throw notRegular(filePath, 'a socket or a device');
      throw fromSystemError(error, filePath);
    });
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) throw notRegular(filePath, whatItIs(before));
    return {
      sizeBytes: Number(before.size),
      async *chunks(chunkBytes, { signal, onBytes }) {
        let total = 0n;
        while (true) {
          signal?.throwIfAborted();
          const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes);
          if (bytesRead === 0) break;
          total += BigInt(bytesRead);
          // A log that grows as fast as it is read would never end.
          if (total > before.size) throw changed(filePath);
          onBytes?.(bytesRead);
          yield buffer.subarray(0, bytesRead);
        }
        const after = await file.stat({ bigint: true });
        if (total !== before.size || after.size !== before.size || after.mtimeNs !== before.mtimeNs) {
          throw changed(filePath);
        }
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function changed(filePath: string): AppError {
  return new AppError('CONFLICT', `${filePath} changed while it was read.`, {
    nextStep: 'Wait until nothing writes to the file any more, then try again.',
    details: { path: filePath },
  });
}

/** What a directory entry or an opened file is, in words, where it is not a regular file. */
export function whatItIs(entry: {
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}): string {
  if (entry.isDirectory()) return 'a folder';
  if (entry.isSymbolicLink()) return 'a symbolic link';
  if (entry.isFIFO()) return 'a pipe';
  return entry.isSocket() ? 'a socket' : 'a device';
}

export function notRegular(filePath: string, kind: string): AppError {
  return new AppError('PATH_UNREADABLE', `${filePath} is ${kind}, not a regular file.`, {
    nextStep: kind === 'a symbolic link' ? 'Name the file that the link points to.' : 'Name a regular file.',
    details: { path: filePath, kind },
  });
}
