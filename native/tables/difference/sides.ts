import type { TableDiff } from '../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import type { CommonColumn } from '../drift/common-columns.ts';
import type { Look } from '../looking/look.ts';
import { fingerprint, SHOWN_COLUMNS, shownRows, type TableSource } from '../looking/table-source.ts';

/** Rows of each kind that are shown. */
export const EXAMPLES = 20;

export interface Sides {
  readonly before: TableSource;
  readonly after: TableSource;
  /** The columns that are compared. */
  readonly common: readonly CommonColumn[];
}

/** SQL of the two hashes of a row of one side, over the compared columns. */
export function printOf(common: readonly CommonColumn[], side: 'before' | 'after') {
  if (common.length === 0) return { first: '0', second: '0' };
  return fingerprint(
    common.map((column) => ({
      sql: side === 'before' ? column.beforeValue : column.afterValue,
      text: column.type === 'text',
    })),
  );
}

/** Examples of rows that only one side has, shown in the columns of the later table that both have. */
export async function loneRows(
  { connection }: Look,
  table: TableSource,
  shown: readonly Column[],
  rowNumbers: readonly number[],
): Promise<TableDiff['rows']['addedExamples']> {
  const cells = await shownRows(connection, table, shown, rowNumbers);
  return rowNumbers.map((rowNumber) => ({ rowNumber, cells: cells.get(rowNumber) ?? [] }));
}

export function shownColumns({ common }: Sides): Column[] {
  return common.slice(0, SHOWN_COLUMNS).map(({ name, type }) => ({ name, type }));
}
