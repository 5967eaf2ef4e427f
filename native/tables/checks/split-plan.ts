import type { DataSplitSpec } from '../../../app/contract/data-splits.ts';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import { nearest } from '../../../app/kernel/nearest.ts';
import { contentText } from './row-identity.ts';
import { present, type TableView } from './table-view.ts';

/** How rows are put in order before they are cut into parts. */
export interface SplitPlan {
  /** The column whose values are classes; every class is cut by itself. */
  readonly classes: Column | null;
  /** SQL of the text that names what stays together; its MD5 with the seed is the order. */
  readonly unit: string;
  /** Whether rows of one unit are told apart: each is then the MD5 of `unit`, `#` and its ordinal among its equals. */
  readonly counted: boolean;
  /** The column by which rows are ordered instead. */
  readonly moments: Column | null;
}

/** SQL of the text that two rows share where they are equal. */
function contentOf(table: TableView, { ignore = [] }: DataSplitSpec): string {
  const ignored = new Set(ignore);
  return contentText(table.columns.filter(({ name }) => !ignored.has(name)));
}

/** Whether a split of that kind never parts rows that are equal in the columns that count. */
export function keepsEqualRows({ method, duplicates, ignore = [] }: DataSplitSpec): boolean {
  if (method.kind === 'random') return duplicates === 'together';
  if (method.kind === 'stratified') return duplicates === 'together' && !ignore.includes(method.column);
  const columns = method.kind === 'time' ? [method.column] : method.columns;
  return columns.every((name) => !ignore.includes(name));
}

/** @throws AppError INVALID_INPUT for columns that are not there or do not fit */
export function planSplit(table: TableView, spec: DataSplitSpec): SplitPlan {
  for (const name of spec.ignore ?? []) required(table, name);
  const content = contentOf(table, spec);
  const plan = { classes: null, unit: content, counted: spec.duplicates === 'apart', moments: null };
  switch (spec.method.kind) {
    case 'random':
      return plan;
    case 'stratified':
      return { ...plan, classes: required(table, spec.method.column) };
    case 'grouped': {
      const columns = spec.method.columns.map((name) => required(table, name));
      const known = columns.map(present).join(' AND ');
      // A row that belongs to no group stands for itself.
      const unit = `CASE WHEN ${known} THEN ${contentText(columns)} ELSE ${content} END`;
      return { ...plan, unit, counted: false };
    }
    case 'time':
      return { ...plan, counted: false, moments: ordered(table, spec.method.column) };
  }
}

/** A column whose values have an order in time. @throws AppError INVALID_INPUT */
export function ordered(table: TableView, name: string): Column {
  const column = required(table, name);
  if (column.type !== 'text' && column.type !== 'boolean') return column;
  throw new AppError(
    'INVALID_INPUT',
    `The column "${column.name}" is of type ${column.type}, not a time or a number.`,
    {
      nextStep: 'Choose a column of times, or import it in a form that is recognised as times (ISO 8601).',
      details: { column: column.name },
    },
  );
}

export function required(table: TableView, name: string): Column {
  const column = table.column(name);
  if (column) return column;
  const names = table.columns.map((each) => each.name);
  const near = nearest(name, names);
  throw new AppError('INVALID_INPUT', `The table has no column "${name}".`, {
    nextStep:
      near === null ? `Its first columns: ${names.slice(0, 20).join(', ')}.` : `Did you mean "${near}"?`,
    details: { column: name },
  });
}
