import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';

/** Faults of what people want to take in; each names the path and the cure. */

export function notRegular(filePath: string, kind: string): AppError {
  return new AppError('PATH_UNREADABLE', `${filePath} is ${kind}, not a regular file.`, {
    nextStep:
      kind === 'a symbolic link'
        ? 'Name the file that the link points to, or leave it out.'
        : 'Leave it out, or name a regular file.',
    details: { path: filePath, kind },
  });
}

/** What something is, in words, where it is neither a regular file nor a folder. */
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

export function changedWhileRead(filePath: string): AppError {
  return new AppError('CONFLICT', `${filePath} changed while it was read.`, {
    nextStep: 'Wait until nothing writes to the file any more, then try again.',
    details: { path: filePath },
  });
}

export function badName(filePath: string, reason: string, nextStep: string): AppError {
  return new AppError('PATH_UNREADABLE', `${filePath} has a name ${reason}.`, {
    nextStep,
    details: { path: filePath },
  });
}

export function twins(name: string): AppError {
  return new AppError('INVALID_INPUT', `Two of the files are called "${name}".`, {
    nextStep: 'Rename one of them, or import the folder that holds both.',
    details: { path: name },
  });
}

/** What the system says of somebody's file or folder. */
export function sourceFault(error: unknown, filePath: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENAMETOOLONG') return fromSystemError(error, filePath);
  return new AppError('PATH_UNREADABLE', `${filePath} is a longer path than this system can follow.`, {
    nextStep: 'Import a folder further down, or give the folders shorter names.',
    details: { path: filePath },
    cause: error,
  });
}
