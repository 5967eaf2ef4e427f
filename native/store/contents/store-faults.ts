import { AppError, fromSqliteError, fromSystemError } from '../../../app/kernel/app-error.ts';
import type { StorePaths } from '../store-paths.ts';

const AGAIN = 'Restore the objects folder from a backup, or import the data again.';

export function missingContent(hex: string): AppError {
  return new AppError('STORAGE_FAILED', `The content ${hex} is missing from the workspace.`, {
    nextStep: AGAIN,
    details: { digest: hex },
  });
}

export function damagedContent(hex: string, pack: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'STORAGE_FAILED',
    `The content ${hex} cannot be read: ${pack} is damaged (${reason}).`,
    {
      nextStep: 'Run `lathe fsck --repair`, or import the data again.',
      details: { digest: hex, pack },
      cause,
    },
  );
}

/** What a file of the store's did, as a declared fault; other errors come back as they are. */
export function storeFault(error: unknown, { objects, index }: StorePaths): unknown {
  const code = String((error as { readonly code?: unknown } | null)?.code);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return new AppError('STORAGE_FAILED', `The index of the data store is damaged: ${index}.`, {
      nextStep: 'Run `lathe fsck --repair`: it is made again from the packs.',
      details: { path: index },
      cause: error,
    });
  }
  return fromSqliteError(error, index) ?? fromSystemError(error, objects);
}
