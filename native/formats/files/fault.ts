import type { ErrorCode } from '../../../app/contract/errors.ts';
import { AppError } from '../../../app/kernel/app-error.ts';

/** Whether something thrown is the declared fault of this code. */
export const isAppError = (error: unknown, code: ErrorCode): boolean =>
  error instanceof AppError && error.code === code;
