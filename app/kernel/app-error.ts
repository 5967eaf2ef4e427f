import { type ErrorCode, type ErrorData, errorTable } from '../contract/errors.ts';

export interface AppErrorOptions {
  /** The cure, where this place knows a better one than the table. */
  readonly nextStep?: string;
  /** What names the place: field, value, path, line, limit, process id. */
  readonly details?: ErrorData['details'];
  readonly cause?: unknown;
}

/**
 * A declared fault. The message names the value that did not fit; `nextStep` names the cure. Anything thrown that is
 * not an AppError is a bug in Lathe.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly nextStep: string;
  readonly details: ErrorData['details'];

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.nextStep = options.nextStep ?? errorTable[code].nextStep;
    this.details = options.details ?? {};
  }
}

/**
 * Translate what the operating system says of a file into a declared fault, or return the error unchanged.
 *
 * @param path what the user would recognise: their own path where there is one
 */
export function fromSystemError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case 'ENOENT':
      return new AppError('PATH_NOT_FOUND', `There is no file or folder at ${path}.`, {
        details: { path },
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new AppError('PATH_UNREADABLE', `${path} may not be read or written by this user.`, {
        details: { path },
        cause: error,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('DISK_FULL', `The disk that holds ${path} is full.`, {
        details: { path },
        cause: error,
      });
    case 'EIO':
    case 'EROFS':
      return new AppError('STORAGE_FAILED', `Reading or writing ${path} failed (${code}).`, {
        details: { path, system: code },
        cause: error,
      });
    default:
      return fromSqliteError(error, path) ?? error;
  }
}

/**
 * Translate what SQLite says of a file into a declared fault. Extended codes (`SQLITE_IOERR_FSYNC`) count as the primary one that they begin
 * with.
 *
 * @param path the database's file, as the user would recognise it
 * @returns null for any other error, and for what is a bug: a wrong statement, a constraint
 */
export function fromSqliteError(error: unknown, path: string): AppError | null {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return null;
  const details = { path, system: code };
  const options = { details, cause: error };
  switch (code.split('_')[1]) {
    case 'FULL':
      return new AppError('DISK_FULL', `The disk that holds ${path} is full.`, options);
    case 'IOERR':
      return new AppError('STORAGE_FAILED', `Reading or writing ${path} failed (${code}).`, options);
    case 'READONLY':
      if (code === 'SQLITE_READONLY_DBMOVED') {
        return new AppError('STORAGE_FAILED', `${path} was moved or deleted while it was open (${code}).`, {
          ...options,
          nextStep: 'Put the file back and start Lathe again.',
        });
      }
      return new AppError('STORAGE_FAILED', `${path} may not be written (${code}).`, {
        ...options,
        nextStep:
          'Give your user permission to write the file and its folder, and look whether the disk is read-only.',
      });
    case 'PERM':
    case 'CANTOPEN':
      return new AppError('STORAGE_FAILED', `${path} cannot be opened (${code}).`, {
        ...options,
        nextStep: 'Look whether the folder is there and whether your user may read and write what is in it.',
      });
    case 'CORRUPT':
    case 'NOTADB':
      return new AppError('STORAGE_FAILED', `${path} is damaged (${code}).`, {
        ...options,
        nextStep: 'Restore the file from a backup; `lathe fsck` tells what else is harmed.',
      });
    case 'BUSY':
    case 'LOCKED':
      return new AppError('NOT_READY', `Another program holds ${path} locked (${code}).`, {
        ...options,
        nextStep: 'Close the program that has the file open, then try again.',
      });
    default:
      return null;
  }
}

/** Cancellation is not an error: it is told apart from one by this test and is never shown as a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
