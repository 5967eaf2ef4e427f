import type { AppError } from '../../../app/kernel/app-error.ts';
import { malformed } from '../../tables/malformed.ts';

const WRITE_AGAIN = 'Check that the file is complete, or write it again with the program that made it.';

/** A fault of a file that has no lines: `DATA_MALFORMED` with the place in bytes, or without one. */
export function damaged(name: string, byte: number | null, reason: string, nextStep = WRITE_AGAIN): AppError {
  return malformed(name, null, byte === null ? reason : `at byte ${byte}: ${reason}`, nextStep);
}
