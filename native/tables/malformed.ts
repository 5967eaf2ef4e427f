import { AppError } from '../../app/kernel/app-error.ts';

/**
 * A fault of the user's data, said in one form everywhere: which file (by the user's own name), which line, what is
 * wrong there and how to cure it.
 *
 * @param fault marks a fault that the core treats by itself: several files that are tables, but not of one kind
 * @param line counted from 1, or null where the fault has no line
 */
export function malformed(
  name: string,
  line: number | null,
  reason: string,
  nextStep: string,
  fault?: 'columns-differ',
): AppError {
  const place = line === null ? name : `${name}, line ${line}`;
  return new AppError('DATA_MALFORMED', `${place}: ${reason}.`, {
    nextStep,
    details: { path: name, ...(line === null ? {} : { line }), reason, ...(fault && { fault }) },
  });
}

/** @throws AppError DATA_MALFORMED where a column holds an infinite number, which no statistic and no training survives */
export function refuseInfinity(column: string, infinities: number, name: string): void {
  if (infinities === 0) return;
  throw malformed(
    name,
    null,
    `the column "${column}" holds ${infinities} infinite ${infinities === 1 ? 'number' : 'numbers'}`,
    'Replace infinite numbers by a limit, or leave the cells empty.',
  );
}
