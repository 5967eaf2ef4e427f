import { AppError } from '../../app/kernel/app-error.ts';
import type { TrainSpec } from '../../app/kernel/ports/training.ts';
import { readNpy } from '../tables/checks/npy-file.ts';
import type { Split } from './split.ts';
import { impossible } from './target.ts';

/**
 * The parts of a named split, without the rows that have no target.
 *
 * @param known rows that have one, ascending
 * @throws AppError TRAINING_IMPOSSIBLE where too little is left to train on
 */
export async function readSplit(
  named: NonNullable<TrainSpec['split']>,
  known: readonly number[],
): Promise<Split> {
  const isKnown = new Set(known);
  const part = async (file: string | null) =>
    file === null ? [] : (await rowsOf(file)).filter((row) => isKnown.has(row));
  const split = {
    train: await part(named.trainPath),
    validation: await part(named.validationPath),
    test: await part(named.testPath),
  };
  if (split.train.length < 2) {
    throw impossible(
      `The part "train" of the split ${named.name} has ${split.train.length} rows with a target.`,
      'Choose another split, or another target column.',
    );
  }
  return split;
}

async function rowsOf(file: string): Promise<number[]> {
  try {
    return await readNpy(file);
  } catch (cause) {
    throw new AppError('STORAGE_FAILED', `The rows of a split cannot be read: ${String(cause)}`, {
      nextStep: 'Start the run anew; the files of a split are made again when they are missing.',
      details: { path: file },
      cause,
    });
  }
}
