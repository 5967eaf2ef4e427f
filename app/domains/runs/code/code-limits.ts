import { AppError } from '../../../kernel/app-error.ts';
import type { FoundFile } from './find-files.ts';

export const MOST_FILES = 10_000;
const MOST_FILE_BYTES = 25 << 20;
const MOST_BYTES = 200 << 20;

const CURE =
  'List what is not code in a file called .latheignore there, one pattern a line as in .gitignore. ' +
  'Data belongs into a data set: import it with `lathe data import` and name it under "data" in the recipe.';

/** @throws AppError INVALID_INPUT naming the largest, with what was exceeded in `details.limit` */
export function checkLimits(folder: string, files: readonly FoundFile[]): void {
  if (files.length > MOST_FILES)
    throw tooManyFiles(
      folder,
      files.map((file) => file.path),
    );
  const largest = files.reduce<FoundFile | undefined>(
    (most, file) => (most === undefined || file.sizeBytes > most.sizeBytes ? file : most),
    undefined,
  );
  if (largest === undefined) return;
  if (largest.sizeBytes > MOST_FILE_BYTES) {
    throw tooLarge(
      `"${largest.path}" in the code folder ${folder} has ${mebibytes(largest.sizeBytes)}; a file of code may have ${mebibytes(MOST_FILE_BYTES)}.`,
      { path: largest.path, sizeBytes: largest.sizeBytes, limit: 'file' },
    );
  }
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (total > MOST_BYTES) {
    throw tooLarge(
      `The code folder ${folder} holds ${mebibytes(total)}; a snapshot of code may have ${mebibytes(MOST_BYTES)}. Its largest file is "${largest.path}" with ${mebibytes(largest.sizeBytes)}.`,
      { path: largest.path, sizeBytes: total, limit: 'total' },
    );
  }
}

/** @param paths of those that were found before the search was given up */
export function tooManyFiles(folder: string, paths: readonly string[]): AppError {
  const byFolder = Map.groupBy(paths, (file) =>
    file.includes('/') ? file.slice(0, file.indexOf('/')) : '.',
  );
  const [name, held] = [...byFolder].reduce((most, each) => (each[1].length > most[1].length ? each : most));
  const where = name === '.' ? 'the folder itself' : `"${name}"`;
  return tooLarge(
    `The code folder ${folder} holds more than ${MOST_FILES} files; at least ${held.length} of them lie in ${where}.`,
    { path: name, limit: 'files' },
  );
}

/** A folder that holds other things than a program, however small it is. */
export function notCode(folder: string, what: string): AppError {
  return new AppError('INVALID_INPUT', `${folder} is ${what}, not a folder of code.`, {
    nextStep: 'Put the program into a folder of its own and name that as "code" in the recipe.',
    details: { path: folder, limit: 'place' },
  });
}

/** Whether it is the folder that does not fit a snapshot, so that a single file of it still may. */
export function isUnfitFolder(error: unknown): boolean {
  return error instanceof AppError && error.code === 'INVALID_INPUT' && error.details.limit !== undefined;
}

function tooLarge(message: string, details: AppError['details']): AppError {
  return new AppError('INVALID_INPUT', message, { nextStep: CURE, details });
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / (1 << 20))} MiB`;
}
