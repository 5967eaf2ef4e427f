import type { Column } from '../../contract/datasets.contract.ts';
import type { Template } from '../../contract/training.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import { nearest } from '../../kernel/nearest.ts';
import { type TrainParams, trainParams } from '../../kernel/ports/training.ts';
import { checkParameter, invalid, names } from './check-parameter.ts';

type Given = Readonly<Record<string, ParameterValue>>;

/** What a named split decides instead. */
const FRACTIONS = ['validation_fraction', 'test_fraction'];
/** What people call the column to predict, the most telling name first. */
const TARGET_NAMES = ['label', 'target', 'class', 'y'];

/** The table that is trained on, as far as parameters name parts of it. */
export interface TargetTable {
  readonly columns: readonly Column[];
  /** What the files themselves say is to be predicted. */
  readonly labelColumn: string | null;
}

export interface ResolvedParameters {
  /** What the run shows: every parameter of the template, defaults included. */
  readonly shown: Record<string, ParameterValue>;
  /** What the engine is told. */
  readonly engine: TrainParams;
}

/**
 * Check what the user gave against the template's declaration and the table's columns, and fill in the rest.
 * Values may come as text (`-p epochs=20`).
 *
 * @param hasSplit whether a named split says which rows are held out, so that there are no fractions to give
 * @throws AppError INVALID_INPUT naming the parameter, the value and what fits
 */
export function resolveParameters(
  template: Template,
  given: Given,
  table: TargetTable,
  hasSplit = false,
): ResolvedParameters {
  const { columns } = table;
  const taken = hasSplit
    ? template.parameters.filter(({ key }) => !FRACTIONS.includes(key))
    : template.parameters;
  const keys = taken.map(({ key }) => key);
  for (const key of Object.keys(given)) {
    if (!keys.includes(key)) {
      const near = nearest(key, keys);
      throw invalid(
        key,
        `${template.title} has no parameter "${key}".`,
        near ? `Did you mean ${near}? It has: ${keys.join(', ')}.` : `It has: ${keys.join(', ')}.`,
      );
    }
  }
  const shown: Record<string, ParameterValue> = {};
  for (const parameter of taken) {
    const value = given[parameter.key] ?? parameter.default;
    shown[parameter.key] =
      parameter.type === 'column' ? chooseTarget(value, table) : checkParameter(parameter, value ?? '');
  }
  const exclude = names(shown.exclude);
  for (const name of exclude) requireColumn('exclude', name, columns);
  if (exclude.includes(String(shown.target))) {
    throw invalid(
      'exclude',
      `The target column "${shown.target}" cannot be left out.`,
      'Take it out of exclude, or choose another target.',
    );
  }
  if (!hasSplit && Number(shown.validation_fraction) + Number(shown.test_fraction) >= 1) {
    throw invalid(
      'test_fraction',
      'validation_fraction and test_fraction together leave no rows to train on.',
      'Make them add up to less than 1.',
    );
  }
  const engine = trainParams.parse({
    activation: 'relu',
    ...(hasSplit && { validation_fraction: 0, test_fraction: 0 }),
    ...shown,
    exclude,
    hidden: names(shown.hidden).map(Number),
  });
  return { shown, engine };
}

function chooseTarget(value: ParameterValue | null, { columns, labelColumn }: TargetTable): string {
  if (value !== null && value !== '') return requireColumn('target', String(value), columns);
  if (labelColumn !== null && columns.some(({ name }) => name === labelColumn)) return labelColumn;
  for (const usual of TARGET_NAMES) {
    const column = columns.find(({ name }) => name.toLowerCase() === usual);
    if (column) return column.name;
  }
  throw invalid(
    'target',
    'Training needs the name of the column to predict.',
    `Pass target, for example -p target=${columns.at(-1)?.name ?? 'COLUMN'}. Columns: ${listed(columns)}.`,
  );
}

function requireColumn(key: string, name: string, columns: readonly Column[]): string {
  if (columns.some((column) => column.name === name)) return name;
  const near = nearest(
    name,
    columns.map((column) => column.name),
  );
  throw invalid(
    key,
    `The table has no column "${name}".`,
    near ? `Did you mean "${near}"? Columns: ${listed(columns)}.` : `Columns: ${listed(columns)}.`,
  );
}

function listed(columns: readonly Column[]): string {
  const shown = columns.slice(0, 20).map(({ name }) => name);
  return columns.length > shown.length
    ? `${shown.join(', ')} and ${columns.length - shown.length} more`
    : shown.join(', ');
}
