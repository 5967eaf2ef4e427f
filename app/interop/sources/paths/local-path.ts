import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AppError, fromSystemError } from '../../../kernel/app-error.ts';

/**
 * Make a path absolute, with `~` for the home folder.
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

/** What a path names. @throws AppError PATH_NOT_FOUND, or PATH_UNREADABLE for anything but files and folders */
export async function lookAt(filePath: string): Promise<'file' | 'folder'> {
  const stat = await fs.promises.lstat(filePath).catch((error: unknown) => {
    throw fromSystemError(error, filePath);
  });
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  const kind = stat.isSymbolicLink()
    ? 'a symbolic link'
    : stat.isFIFO()
      ? 'a pipe'
      : stat.isSocket()
        ? 'a socket'
        : 'a device';
  throw new AppError('PATH_UNREADABLE', `${filePath} is ${kind}, not a regular file.`, {
    nextStep: kind === 'a symbolic link' ? 'Name the file that the link points to.' : 'Name a regular file.',
    details: { path: filePath, kind },
  });
}

/** @throws AppError INVALID_INPUT for a folder that holds the workspace or lies in it: it would be imported into itself */
export function refuseWorkspace(folder: string, workspace: string): void {
  const holds = (outer: string, inner: string) => `${inner}${path.sep}`.startsWith(`${outer}${path.sep}`);
  if (!holds(folder, workspace) && !holds(workspace, folder)) return;
  throw new AppError('INVALID_INPUT', `${folder} holds the workspace itself, or lies in it.`, {
    nextStep: 'Import a folder outside of the workspace.',
    details: { path: folder },
  });
}

/** @throws AppError INVALID_INPUT if two of the trees would have one name */
export function refuseTwins(trees: readonly { readonly path: string; readonly name: string }[]): void {
  const seen = new Map<string, string>();
  for (const tree of trees) {
    const other = seen.get(tree.name);
    if (other !== undefined) {
      throw new AppError('INVALID_INPUT', `Two of the files are called "${tree.name}".`, {
        nextStep: 'Rename one of them, or import the folder that holds both.',
        details: { path: tree.path, other },
      });
    }
    seen.set(tree.name, tree.path);
  }
}
