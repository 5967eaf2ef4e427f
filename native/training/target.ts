import { AppError } from '../../app/kernel/app-error.ts';
import type { TrainParams } from '../../app/kernel/ports/training.ts';
import type { RawColumn } from '../tables/read-columns.ts';

export type Target =
  | {
      readonly task: 'classification';
      readonly labels: readonly string[];
      readonly integer: boolean /** Class index by table row; −1 where missing. */;
      readonly classes: Int32Array;
    }
  | { readonly task: 'regression'; readonly values: Float64Array };

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
  if (!column)
    throw impossible(
      `The table has no column "${name}".`,
      `Choose one of: ${columns.map((each) => each.name).join(', ')}.`,
      name,
    );
  if (column.kind === 'other')
    throw impossible(
      `The target column "${name}" holds ${column.type.toLowerCase()} values.`,
      'Choose a column of numbers or words.',
      name,
    );
  if (column.kind === 'text') {
    if (task === 'regression')
      throw impossible(
        `The target column "${name}" holds words; regression needs numbers.`,
        'Choose a numeric column, or task=classification.',
        name,
      );
    return classes(column.values, name, false);
  }
  const distinct = new Set(column.values.filter((value) => !Number.isNaN(value)));
  const looksLikeClasses = column.integer && distinct.size <= AUTO_CLASSES;
  if (task === 'regression' || (task === 'auto' && !looksLikeClasses)) {
    if (distinct.size < 2)
      throw impossible(
        `The target column "${name}" has ${distinct.size === 0 ? 'no values' : 'the same value in every row'}.`,
        'Choose another target column.',
        name,
      );
    return { task: 'regression', values: column.values };
  }
  const words = Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)));
  return classes(words, name, column.integer);
}

function classes(words: readonly (string | null)[], name: string, integer: boolean): Target {
  const labels = [...new Set(words)]
    .filter((word) => word !== null)
    .sort(integer ? (a, b) => Number(a) - Number(b) : undefined);
  if (labels.length < 2) {
    throw impossible(
      `The target column "${name}" has ${labels.length === 0 ? 'no values' : `only one class ("${labels[0]}")`}; telling classes apart needs two.`,
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
  const place = new Map(labels.map((label, index) => [label, index]));
  return {
    task: 'classification',
    labels,
    integer,
    classes: Int32Array.from(words, (word) => (word === null ? -1 : place.get(word)!)),
  };
}

export function impossible(message: string, nextStep: string, column?: string): AppError {
  return new AppError('TRAINING_IMPOSSIBLE', message, {
    nextStep,
    details: column === undefined ? {} : { column },
  });
}
