import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../contract/ids.ts';
import { AppError, fromSystemError } from '../kernel/app-error.ts';
import { syncFolder } from '../kernel/durable-file.ts';
import { inside } from '../kernel/workspace-folders.ts';
import { inParallel } from './in-parallel.ts';
import type { ObjectStore } from './object-store.ts';

const { COPYFILE_EXCL, COPYFILE_FICLONE } = fs.constants;

/** What an interrupted `checkOut` leaves beside its folder has this ending. */
export const CHECKOUT_PART = '.part';
/** Each waits for the disk several times. */
const COPIES_AT_ONCE = 8;

export interface CheckedOutFile {
  /** Relative, with `/`; from outside, so it is checked. */
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Permission bits, for example 0o644. */
  readonly mode: number;
}

export interface CheckOutOptions {
  /** Permission bits of the folders below the folder itself, and of the folder itself. */
  readonly folderMode: number;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes each file had, once it is there. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Write objects out as a folder of files. They are shared with the store where the file system can do that without
 * anybody noticing (reflinks) and copied elsewhere, never linked: a program that writes to its files must not reach the store.
 *
 * The folder appears whole and durable or not at all: files are written beside it, under `<folder>.part`, which replaces what an
 * interrupted call left there. Two calls for one folder at a time are not allowed.
 *
 * @throws AppError INVALID_INPUT for a path that leads outside, ALREADY_EXISTS if the folder is there and holds something,
 * STORAGE_FAILED if an object is missing or damaged, UNSUPPORTED if two paths are one on this file system, DISK_FULL
 */
export async function checkOut(
  objects: Pick<ObjectStore, 'path' | 'size'>,
  files: readonly CheckedOutFile[],
  folder: string,
  { folderMode, signal, onBytes }: CheckOutOptions,
): Promise<void> {
  const part = `${folder}${CHECKOUT_PART}`;
  try {
    await removeTree(part);
    const targets = files.map((file) => ({ ...file, target: inside(part, file.path) }));
    const folders = [...new Set([part, ...targets.flatMap(({ target }) => parentsBelow(part, target))])];
    for (const each of folders) await fs.promises.mkdir(each, { recursive: true, mode: 0o755 });
    await inParallel(targets, COPIES_AT_ONCE, signal, async (file) => {
      await copy(objects, file);
      onBytes?.(file.sizeBytes);
    });
    // A file's sync also carries what others wrote meanwhile: all of them after the last copy costs less than one by one.
    await inParallel(targets, COPIES_AT_ONCE, signal, ({ target }) => sync(target));
    for (const each of folders) await syncFolder(each);
    for (const each of folders.toReversed()) await fs.promises.chmod(each, folderMode);
    await fs.promises.rename(part, folder);
    await syncFolder(path.dirname(folder));
  } catch (error) {
    await removeTree(part);
    throw fault(error, folder);
  }
}

/** Remove a folder with all it holds, read-only folders included. Nothing happens if it is not there. */
export async function removeTree(folder: string): Promise<void> {
  const stat = await fs.promises.lstat(folder).catch(() => undefined);
  if (stat?.isDirectory()) await allowRemoval(folder);
  await fs.promises.rm(folder, { recursive: true, force: true });
}

/** A name goes out of a folder only if the folder may be written. */
async function allowRemoval(folder: string): Promise<void> {
  await fs.promises.chmod(folder, 0o700);
  for (const entry of await fs.promises.readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await allowRemoval(path.join(folder, entry.name));
  }
}

/** The folders from just below `root` to the one that holds the file, outermost first. */
function parentsBelow(root: string, file: string): string[] {
  const parents: string[] = [];
  for (let at = path.dirname(file); at !== root; at = path.dirname(at)) parents.unshift(at);
  return parents;
}

async function copy(
  objects: Pick<ObjectStore, 'path' | 'size'>,
  { digest, sizeBytes, mode, target }: CheckedOutFile & { readonly target: string },
): Promise<void> {
  const stored = objects.size(digest);
  if (stored !== sizeBytes) {
    throw new AppError('STORAGE_FAILED', `The object ${digest} has ${stored} bytes, not ${sizeBytes}.`, {
      nextStep: 'Restore the objects folder from a backup, or import the data again.',
      details: { digest },
    });
  }
  await fs.promises.copyFile(objects.path(digest), target, COPYFILE_EXCL | COPYFILE_FICLONE);
  await fs.promises.chmod(target, mode);
}

async function sync(filePath: string): Promise<void> {
  const file = await fs.promises.open(filePath, 'r');
  await file.sync().finally(() => file.close());
}

function fault(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof AppError) return error;
  if (code === 'ENOTEMPTY' || code === 'ENOTDIR') {
    return new AppError('ALREADY_EXISTS', `There is already something at ${folder}.`, {
      nextStep: 'Remove it, or choose another folder.',
      details: { path: folder },
      cause: error,
    });
  }
  if (code === 'EEXIST') {
    return new AppError('UNSUPPORTED', `Two of the files have one name on the disk that holds ${folder}.`, {
      nextStep: 'Names that differ only in capitals need a file system that tells them apart.',
      details: { path: folder },
      cause: error,
    });
  }
  return fromSystemError(error, folder);
}
