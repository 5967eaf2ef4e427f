import { AppError } from '../../app/kernel/app-error.ts';
import { nearest } from '../../app/kernel/nearest.ts';
import type { TrainParams } from '../../app/kernel/ports/training.ts';
import type { NumberColumn, RawColumn, WordColumn } from '../tables/read-columns.ts';
import { LARGEST } from './features.ts';

export interface ClassTarget {
  readonly task: 'classification';
  readonly labels: readonly string[];
  /** Whether the labels are whole numbers, which the exported model then gives as such. */
  readonly integer: boolean;
  /** Class index by table row; −1 where missing. */
  readonly classes: Int32Array;
}

export interface NumberTarget {
  readonly task: 'regression';
  /** By table row; NaN where missing. */
  readonly values: Float64Array;
}

export type Target = ClassTarget | NumberTarget;

const MOST_CLASSES = 1000;
/** Whole numbers with at most this many different values are taken for classes, as a digit is, and not for amounts. */
const AUTO_CLASSES = 20;

/**
 * What is to be predicted, by table row.
 *
 * @throws AppError TRAINING_IMPOSSIBLE naming the column and the cure
 */
export function readTarget(columns: readonly RawColumn[], name: string, task: TrainParams['task']): Target {
  const column = columns.find((each) => each.name === name);
  if (!column) throw noSuchColumn(columns, name);
  if (column.kind === 'other') {
    throw impossible(
      `The target column "${name}" holds ${column.holds}.`,
      'Choose a column of numbers or words.',
      name,
    );
  }
  if (column.kind === 'text') {
    if (task === 'regression') {
      throw impossible(
        `The target column "${name}" holds words, for example "${column.words[0]}"; regression needs numbers.`,
        'Choose a numeric column, or task=classification.',
        name,
      );
    }
    return wordClasses(column);
  }
  const distinct = new Set(column.values.filter((value) => Number.isFinite(value)));
  const looksLikeClasses = column.integer && distinct.size <= AUTO_CLASSES;
  if (task === 'classification' || (task === 'auto' && looksLikeClasses)) {
    return numberClasses(column, [...distinct]);
  }
  if (distinct.size < 2) {
    throw impossible(
      `The target column "${name}" has ${distinct.size === 0 ? 'no values' : 'the same value in every row'}.`,
      'Choose another target column.',
      name,
    );
  }
  const tooLarge = [...distinct].find((value) => Math.abs(value) > LARGEST);
  if (tooLarge !== undefined) {
    throw impossible(
      `The target column "${name}" holds ${tooLarge}, too large for 32-bit floats.`,
      'Scale the column down, or use its logarithm.',
      name,
    );
  }
  return { task: 'regression', values: Float64Array.from(column.values) };
}

function numberClasses(column: NumberColumn, distinct: readonly number[]): Target {
  const sorted = distinct.toSorted((a, b) => a - b);
  const place = new Map(sorted.map((value, index) => [value, index]));
  const classes = Int32Array.from(column.values, (value) => place.get(value) ?? -1);
  const integer = column.integer && sorted.every(Number.isSafeInteger);
  return checked({ task: 'classification', labels: sorted.map(String), integer, classes }, column.name);
}

function wordClasses(column: WordColumn): Target {
  const labels = column.words.toSorted();
  const place = new Map(labels.map((label, index) => [label, index]));
  const classes = Int32Array.from(column.codes, (code) => (code < 0 ? -1 : place.get(column.words[code]!)!));
  return checked({ task: 'classification', labels, integer: false, classes }, column.name);
}

function checked(target: ClassTarget, name: string): ClassTarget {
  const { labels, classes } = target;
  if (labels.length < 2) {
    const found = labels.length === 0 ? 'no values' : `only one class ("${labels[0]}")`;
    throw impossible(
      `The target column "${name}" has ${found}; telling classes apart needs two.`,
      'Choose another target column, or data with more classes.',
      name,
    );
  }
  if (labels.length > MOST_CLASSES) {
    throw impossible(
      `The target column "${name}" has ${labels.length} different values, more than ${MOST_CLASSES} classes.`,
      'Choose another target, or task=regression if they are amounts.',
      name,
    );
  }
  const counts = new Array<number>(labels.length).fill(0);
  for (const index of classes) if (index >= 0) counts[index]! += 1;
  const single = counts.indexOf(1);
  if (single >= 0) {
    throw impossible(
      `In the target column "${name}", ${labels[single]} appears only once, so nothing can be learnt of it and checked.`,
      `Remove that row or bring more of its kind${target.integer ? ', or use task=regression if these are amounts' : ''}.`,
      name,
    );
  }
  return target;
}

function noSuchColumn(columns: readonly RawColumn[], name: string): AppError {
  const names = columns.map((each) => each.name);
  const near = nearest(name, names);
  const listed =
    names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');
  return impossible(
    `The table has no column "${name}".`,
    near ? `Did you mean "${near}"? Columns: ${listed}.` : `Columns: ${listed}.`,
    name,
  );
}

export function impossible(message: string, nextStep: string, column?: string): AppError {
  return new AppError('TRAINING_IMPOSSIBLE', message, {
    nextStep,
    details: column === undefined ? {} : { column },
  });
}
