import fs from 'node:fs';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import type { FileToRead } from '../pool/pool-messages.ts';
import { changedWhileRead, notRegular } from './source-faults.ts';

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;

/**
 * Open somebody's file: not through a link, and without waiting for the writer of a pipe that took its place meanwhile.
 *
 * @throws AppError PATH_NOT_FOUND, PATH_UNREADABLE
 */
export function openSource(filePath: string): number {
  try {
    return fs.openSync(filePath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw notRegular(filePath, 'a symbolic link');
    if (code === 'ENXIO') throw notRegular(filePath, 'a socket or a device');
    throw fromSystemError(error, filePath);
  }
}

/** Read until the buffer is full. @throws AppError CONFLICT if the file ends before */
export function readWhole(fd: number, filePath: string, buffer: Uint8Array): void {
  for (let filled = 0; filled < buffer.length; ) {
    let bytes: number;
    try {
      bytes = fs.readSync(fd, buffer, filled, buffer.length - filled, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe or a folder has taken the file's place.
      if (code === 'EAGAIN' || code === 'EISDIR') throw changedWhileRead(filePath);
      throw fromSystemError(error, filePath);
    }
    if (bytes === 0) throw changedWhileRead(filePath);
    filled += bytes;
  }
}

/** After reading: the opened file is the one that was looked at, and as it was then. @throws AppError CONFLICT */
export function checkUnchanged(fd: number, { path, sizeBytes, mtimeMs, ctimeMs, ino }: FileToRead): void {
  const now = fs.fstatSync(fd);
  const same =
    now.isFile() &&
    now.size === sizeBytes &&
    now.mtimeMs === mtimeMs &&
    now.ctimeMs === ctimeMs &&
    now.ino === ino;
  if (!same) throw changedWhileRead(path);
}
