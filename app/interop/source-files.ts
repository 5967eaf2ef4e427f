import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../kernel/app-error.ts';

const DEEPEST = 32;
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;

export interface SourceFile {
  readonly path: string;
  readonly name: string;
  /** Folder below the root with `/`, empty for the root itself. */
  readonly folder: string;
}

/**
 * The regular files below a folder whose names `accept` wants, folder by folder in the order of their names. Links are passed over, so
 * nothing outside the folder is reached; folders deeper than 32 levels are too.
 *
 * @throws AppError PATH_NOT_FOUND, PATH_UNREADABLE for the root; a folder that cannot be read further down is passed over
 */
export async function* walkFiles(
  root: string,
  accept: (name: string) => boolean,
  signal?: AbortSignal,
): AsyncGenerator<SourceFile> {
  yield* walk('', 0);

  async function* walk(folder: string, depth: number): AsyncGenerator<SourceFile> {
    signal?.throwIfAborted();
    const here = path.join(root, folder);
    const entries = await fs.promises.readdir(here, { withFileTypes: true }).catch((error: unknown) => {
      if (depth === 0) throw fromSystemError(error, here);
      return [];
    });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.isFile() && accept(entry.name)) {
        yield { path: path.join(here, entry.name), name: entry.name, folder };
      }
    }
    if (depth === DEEPEST) return;
    for (const entry of entries) {
      if (entry.isDirectory()) {
        yield* walk(folder === '' ? entry.name : `${folder}/${entry.name}`, depth + 1);
      }
    }
  }
}

/**
 * Open a regular file to read it, and nothing that only looks like one.
 *
 * @throws AppError PATH_NOT_FOUND, PATH_UNREADABLE (links, devices, sockets and pipes too)
 */
export async function openRegular(filePath: string): Promise<fs.promises.FileHandle> {
  const file = await fs.promises
    .open(filePath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    .catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'ELOOP' || code === 'ENXIO' ? notRegular(filePath) : fromSystemError(error, filePath);
    });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notRegular(filePath);
}

function notRegular(filePath: string): AppError {
  return new AppError('PATH_UNREADABLE', `${filePath} is not a regular file.`, {
    nextStep: 'Name the file itself, not a link to it.',
    details: { path: filePath },
  });
}

/**
 * The text of a small file, or null where there is none.
 *
 * @throws AppError TOO_LARGE, PATH_UNREADABLE
 */
export async function readSmallText(filePath: string, mostBytes: number): Promise<string | null> {
  let file: fs.promises.FileHandle;
  try {
    file = await openRegular(filePath);
  } catch (error) {
    if (error instanceof AppError && error.code === 'PATH_NOT_FOUND') return null;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size > mostBytes) {
      throw new AppError('TOO_LARGE', `${filePath} has ${size} bytes; more than ${mostBytes} are not read.`, {
        details: { path: filePath, sizeBytes: size },
      });
    }
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await file.read(buffer, 0, size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What stands at a path, or null where nothing does. Links are followed: it is asked of what the user named. */
export const statOf = (named: string): Promise<fs.Stats | null> => fs.promises.stat(named).catch(() => null);

export const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
};

/**
 * A name from elsewhere as part of a path with `/`. What a path may not hold becomes `_`, and then a few digits of the name's hash keep
 * it apart from others.
 */
export function pathOf(name: string): string {
  const wanted = name
    .split('/')
    .map((part) =>
      Array.from(part, (letter) => (/[\\:*?"<>|]/.test(letter) || letter < ' ' ? '_' : letter))
        .slice(0, 100)
        .join('')
        .trim(),
    )
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .slice(0, 16)
    .join('/');
  return wanted === name ? name : `${wanted || '_'}-${sha256(name).slice(0, 8)}`;
}

/** What tells that a file was changed since it was taken. */
export async function fileMark(filePath: string): Promise<string> {
  const { size, mtimeMs } = await fs.promises.lstat(filePath).catch((error: unknown) => {
    throw fromSystemError(error, filePath);
  });
  return `${size}:${Math.round(mtimeMs)}`;
}

/** A name that JavaScript's objects keep for themselves; nobody calls a metric so but to do harm. */
export const isReservedName = (name: string): boolean => name === '__proto__';
