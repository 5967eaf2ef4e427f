import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { notRegular, whatItIs } from '../../storage/object-source.ts';

/** A file to import: where it lies and what it is called inside the version. */
export interface SourceFile {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Make paths absolute, with `~` for the home folder.
 *
 * @throws AppError INVALID_INPUT for a relative path: the core does not know the caller's folder
 */
export function absolutePath(given: string): string {
  const expanded = given === '~' || given.startsWith('~/') ? path.join(os.homedir(), given.slice(1)) : given;
  if (!path.isAbsolute(expanded) || expanded.includes('\0')) {
    throw new AppError('INVALID_INPUT', `"${given}" is not an absolute path.`, {
      nextStep: 'Give the whole path, for example /home/you/data.csv or ~/data.csv.',
      details: { path: given },
    });
  }
  return path.resolve(expanded);
}

/** The kind of what a path names. @throws AppError PATH_NOT_FOUND, or PATH_UNREADABLE for anything but files and folders */
export async function lookAt(filePath: string): Promise<fs.Stats> {
  const stat = await fs.promises.lstat(filePath).catch((error: unknown) => {
    throw fromSystemError(error, filePath);
  });
  if (!stat.isFile() && !stat.isDirectory()) throw notRegular(filePath, whatItIs(stat));
  return stat;
}

/**
 * Every file that the paths name, folders with all they hold, sorted by name. One folder's files are named from the
 * folder on; of several paths each keeps its own last part.
 *
 * @param workspace refused as a source, for it would be importing into itself
 * @throws AppError PATH_UNREADABLE, naming the path, for links, devices, pipes, sockets, names that are not UTF-8 and
 * what may not be read; INVALID_INPUT if there is no file or two have one name
 */
export async function collectFiles(
  paths: readonly string[],
  workspace: string,
  signal: AbortSignal,
): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const filePath of new Set(paths)) {
    const stat = await lookAt(filePath);
    const name = path.basename(filePath);
    if (stat.isFile()) files.push({ path: filePath, name, sizeBytes: stat.size });
    else {
      refuseWorkspace(filePath, workspace);
      await walk(filePath, paths.length === 1 ? '' : `${name}/`, files, signal);
    }
  }
  if (files.length === 0) {
    throw new AppError('INVALID_INPUT', `There are no files in ${paths.join(', ')}.`, {
      nextStep: 'Name a folder that holds files.',
      details: { path: paths[0]! },
    });
  }
  return sortedByName(files);
}

/** Sorted by code units, the same on every machine. @throws AppError INVALID_INPUT if a name stands twice */
export function sortedByName(files: readonly SourceFile[]): SourceFile[] {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const twin = sorted.find((file, index) => index > 0 && file.name === sorted[index - 1]!.name);
  if (twin) {
    throw new AppError('INVALID_INPUT', `Two of the files are called "${twin.name}".`, {
      nextStep: 'Rename one of them, or import the folder that holds both.',
      details: { path: twin.path },
    });
  }
  return sorted;
}

async function walk(folder: string, prefix: string, files: SourceFile[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const entries = await fs.promises
    .readdir(folder, { withFileTypes: true, encoding: 'buffer' })
    .catch((error: unknown) => {
      throw fromSystemError(error, folder);
    });
  for (const entry of entries) {
    const name = entry.name.toString('utf8');
    const filePath = path.join(folder, name);
    if (!isUtf8(entry.name)) {
      throw new AppError('PATH_UNREADABLE', `${filePath} has a name that is not UTF-8.`, {
        nextStep: 'Rename the file, for example with `convmv -f ISO-8859-1 -t UTF-8`.',
        details: { path: filePath },
      });
    }
    if (entry.isDirectory()) await walk(filePath, `${prefix}${name}/`, files, signal);
    else if (entry.isFile()) {
      files.push({ path: filePath, name: prefix + name, sizeBytes: (await lookAt(filePath)).size });
    } else throw notRegular(filePath, whatItIs(entry));
  }
}

function refuseWorkspace(folder: string, workspace: string): void {
  const holds = (outer: string, inner: string) => `${inner}${path.sep}`.startsWith(`${outer}${path.sep}`);
  if (!holds(folder, workspace) && !holds(workspace, folder)) return;
  throw new AppError('INVALID_INPUT', `${folder} holds the workspace itself, or lies in it.`, {
    nextStep: 'Import a folder outside of the workspace.',
    details: { path: folder },
  });
}
