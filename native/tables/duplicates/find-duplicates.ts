import type { DuplicateReport } from '../../../app/contract/data-tables.contract.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import { type Look, within } from '../looking/look.ts';
import { columnsNamed, openTable, SHOWN_COLUMNS } from '../looking/table-source.ts';
import { exactDuplicates } from './exact-duplicates.ts';
import { nearDuplicates } from './near-duplicates.ts';

/**
 * Equal rows and nearly equal ones.
 *
 * @param ignored columns that do not count
 * @param threshold least Jaccard similarity of near-duplicates; null looks for equal rows only
 * @throws AppError INVALID_INPUT for a column that is not there, or where none is left to compare
 */
export async function findDuplicates(
  parquetPath: string,
  ignored: readonly string[],
  threshold: number | null,
  look: Look,
): Promise<DuplicateReport> {
  const table = await openTable(look.connection, parquetPath);
  const left = new Set(columnsNamed(table.columns, ignored).map(({ name }) => name));
  const compared = table.columns.filter(({ name }) => !left.has(name));
  if (compared.length === 0) {
    throw new AppError('INVALID_INPUT', 'Every column of the table is ignored.', {
      nextStep: 'Leave at least one column to compare.',
    });
  }
  const columns = table.columns.slice(0, SHOWN_COLUMNS);
  const exact = await exactDuplicates(
    table,
    compared,
    columns,
    within(look, 0, threshold === null ? 1 : 0.2),
  );
  const near =
    threshold === null
      ? null
      : await nearDuplicates(table, compared, columns, threshold, within(look, 0.2, 1));
  return { rows: table.rows, comparedColumns: compared.length, columns, exact, near };
}
