import path from 'node:path';
import type { Run } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { TrainSpec } from '../../kernel/ports/training.ts';
import type { Datasets, Splits } from '../datasets/index.ts';

/**
 * The split of an input as the native engine reads it, its files made if they are not there; null where none was chosen.
 *
 * @throws AppError INVALID_INPUT for a split without a part to train on
 */
export async function nativeSplit(
  { datasets, splits }: { readonly datasets: Pick<Datasets, 'versionById'>; readonly splits: Splits },
  { datasetVersionId, split }: Run['inputs'][number],
): Promise<TrainSpec['split']> {
  if (!split) return null;
  const parts = splits.parts(datasets.versionById(datasetVersionId), split);
  if (!parts.includes('train')) {
    throw new AppError(
      'INVALID_INPUT',
      `The split "${split.name}" has no part "train"; it has ${parts.join(', ')}.`,
      {
        nextStep:
          'Choose a split whose parts are called train, validation and test, or train a program of your own.',
        details: { split: split.name },
      },
    );
  }
  const folder = await splits.folder(datasetVersionId, split);
  const file = (part: string) => (parts.includes(part) ? path.join(folder, `${part}.npy`) : null);
  return {
    name: split.fold === undefined ? split.name : `${split.name}, fold ${split.fold}`,
    trainPath: file('train')!,
    validationPath: file('validation'),
    testPath: file('test'),
  };
}
