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
    case 'SQLITE_FULL':
      return new AppError('DISK_FULL', `The disk that holds ${path} is full.`, {
        details: { path },
        cause: error,
      });
    case 'EIO':
    case 'EROFS':
    case 'SQLITE_IOERR':
      return new AppError('STORAGE_FAILED', `Reading or writing ${path} failed (${code}).`, {
        details: { path, system: code },
        cause: error,
      });
    default:
      return error;
  }
}

/** Cancellation is not an error: it is told apart from one by this test and is never shown as a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
