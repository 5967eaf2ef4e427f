import type { TableDiff } from '../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import { commonColumns } from '../drift/common-columns.ts';
import { measureDrift } from '../drift/measure-drift.ts';
import { type Look, within } from '../looking/look.ts';
import { openTable } from '../looking/table-source.ts';
import { rowsByContent } from './rows-by-content.ts';
import { rowsByKey } from './rows-by-key.ts';

/**
 * What differs between two tables: columns, rows, and how the values of their columns spread. Rows are compared in the columns that
 * both have.
 *
 * @param key columns that name a row in both; null compares rows by their content
 * @throws AppError INVALID_INPUT for a key that is not there, or that names two rows alike
 */
export async function tableDifference(
  beforePath: string,
  afterPath: string,
  key: readonly string[] | null,
  look: Look,
): Promise<TableDiff> {
  const before = await openTable(look.connection, beforePath);
  const after = await openTable(look.connection, afterPath);
  const common = commonColumns(before.columns, after.columns);
  const sides = { before, after, common };
  const comparing = within(look, 0, 0.5);
  const rows = key ? await rowsByKey(sides, key, comparing) : await rowsByContent(sides, comparing);
  const drift = await measureDrift(before, after, null, within(look, 0.5, 1));
  return { schema: schemaDifference(before.columns, after.columns), rows, drift };
}

export function schemaDifference(before: readonly Column[], after: readonly Column[]): TableDiff['schema'] {
  const earlier = new Map(before.map((column) => [column.name, column]));
  const later = new Map(after.map((column) => [column.name, column]));
  const both = (columns: readonly Column[], others: ReadonlyMap<string, Column>) =>
    columns.filter(({ name }) => others.has(name)).map(({ name }) => name);
  const kept = both(before, later);
  return {
    added: after.filter(({ name }) => !earlier.has(name)),
    removed: before.filter(({ name }) => !later.has(name)),
    retyped: after.flatMap(({ name, type }) => {
      const was = earlier.get(name)?.type;
      return was === undefined || was === type ? [] : [{ name, before: was, after: type }];
    }),
    reordered: both(after, earlier).some((name, at) => name !== kept[at]),
  };
}
