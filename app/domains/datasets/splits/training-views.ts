import type { DatasetSplit, SplitChoice } from '../../../contract/data-splits.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { PartView } from '../../../kernel/ports/data-checks.ts';

/**
 * What a run sees of a split. Parts are what they are. Of folds, the chosen one is `test`, the one after it (from three folds on) is
 * `validation` and the others are `train`; of folds by time only what lies before: the one before is `validation`, all earlier ones
 * are `train`.
 *
 * @throws AppError INVALID_INPUT for a fold that is not there, or not named
 */
export function trainingViews({ name, spec, parts }: DatasetSplit, { fold }: SplitChoice): PartView[] {
  if (spec.folds === undefined) {
    if (fold === undefined) return parts.map((part, index) => ({ name: part.name, of: [index] }));
    throw unfit(
      `The split "${name}" has no folds; its parts are ${parts.map((part) => part.name).join(', ')}.`,
      'Leave out the fold.',
    );
  }
  const folds = spec.folds;
  if (fold === undefined) {
    throw unfit(
      `The split "${name}" has ${folds} folds.`,
      `Say which one is held out, from 1 to ${folds}: --fold 1.`,
    );
  }
  if (fold > folds)
    throw unfit(`The split "${name}" has ${folds} folds, not ${fold}.`, `Choose one from 1 to ${folds}.`);
  const held = fold - 1;
  if (spec.method.kind === 'time') return viewsByTime(name, held, folds);
  const validation = folds >= 3 ? (held + 1) % folds : null;
  return views(
    all(folds).filter((place) => place !== held && place !== validation),
    validation,
    held,
  );
}

function viewsByTime(name: string, held: number, folds: number): PartView[] {
  if (held === 0) {
    throw unfit(
      `Nothing lies before the first fold of "${name}", which is by time.`,
      `Choose one from 2 to ${folds}: what is trained on comes before what is held out.`,
    );
  }
  const validation = held >= 2 ? held - 1 : null;
  return views(all(validation ?? held), validation, held);
}

const all = (count: number) => Array.from({ length: count }, (_, place) => place);

function views(train: number[], validation: number | null, test: number): PartView[] {
  return [
    { name: 'train', of: train },
    ...(validation === null ? [] : [{ name: 'validation', of: [validation] }]),
    { name: 'test', of: [test] },
  ];
}

function unfit(message: string, nextStep: string): AppError {
  return new AppError('INVALID_INPUT', message, { nextStep, details: { field: 'fold' } });
}
