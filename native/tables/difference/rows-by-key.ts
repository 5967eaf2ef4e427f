import type { TableDiff } from '../../../app/contract/data-tables.contract.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { CommonColumn } from '../drift/common-columns.ts';
import { type Look, within } from '../looking/look.ts';
import { columnsNamed, type TableSource } from '../looking/table-source.ts';
import { changedCells, changedColumns } from './changed-cells.ts';
import { EXAMPLES, loneRows, printOf, type Sides, shownColumns } from './sides.ts';

/** Rows are the same row where their keys are equal (two missing values are equal), and changed where another compared column differs. */
export async function rowsByKey(
  sides: Sides,
  names: readonly string[],
  look: Look,
): Promise<TableDiff['rows']> {
  const { before, after, common } = sides;
  const { connection } = look;
  const key = keyColumns(sides, names);
  look.progress(0, 'Checking the key');
  await requireUnique(before, key, 'beforeValue', 'earlier', look);
  await requireUnique(after, key, 'afterValue', 'later', look);
  look.progress(0.2, 'Comparing rows by their key');
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE different AS
       SELECT b.place AS before_place, a.place AS after_place
       FROM ${keyed(before, common, key, 'before')} AS b FULL JOIN ${keyed(after, common, key, 'after')} AS a
         ON ${key.map((_, index) => `b.key${index} IS NOT DISTINCT FROM a.key${index}`).join(' AND ')}
       WHERE b.place IS NULL OR a.place IS NULL OR b.print1 <> a.print1 OR b.print2 <> a.print2`,
  );
  const [counts] = (
    await connection.runAndReadAll(
      `SELECT count(*) FILTER (before_place IS NULL), count(*) FILTER (after_place IS NULL),
         count(*) FILTER (before_place IS NOT NULL AND after_place IS NOT NULL) FROM different`,
    )
  ).getRows();
  const [added, removed, changed] = counts!.map(Number) as [number, number, number];
  const shown = shownColumns(sides);
  const examples = async (place: string, other: string) =>
    (
      await connection.runAndReadAll(
        `SELECT ${place} FROM different WHERE ${other} IS NULL ORDER BY ${place} LIMIT ${EXAMPLES}`,
      )
    )
      .getRows()
      .map(([number]) => Number(number));
  look.progress(0.6, 'Comparing the cells of changed rows');
  return {
    before: before.rows,
    after: after.rows,
    by: 'key',
    key: [...names],
    comparedColumns: common.length,
    added,
    removed,
    changed,
    unchanged: before.rows - removed - changed,
    columns: shown,
    addedExamples: await loneRows(look, after, shown, await examples('after_place', 'before_place')),
    removedExamples: await loneRows(look, before, shown, await examples('before_place', 'after_place')),
    changedExamples: changed === 0 ? [] : await changedCells(sides, key, look),
    changedColumns: changed === 0 ? [] : await changedColumns(sides, within(look, 0.7, 1)),
  };
}

function keyColumns({ before, after, common }: Sides, names: readonly string[]): CommonColumn[] {
  columnsNamed(before.columns, names);
  columnsNamed(after.columns, names);
  return [...new Set(names)].map((name) => common.find((column) => column.name === name)!);
}

function keyed(
  { from, row }: TableSource,
  common: readonly CommonColumn[],
  key: readonly CommonColumn[],
  side: 'before' | 'after',
): string {
  const print = printOf(common, side);
  const keys = key.map(
    (column, index) => `${side === 'before' ? column.beforeValue : column.afterValue} AS key${index}`,
  );
  return `(SELECT ${keys.join(', ')}, ${print.first} AS print1, ${print.second} AS print2, ${row} AS place FROM ${from})`;
}

async function requireUnique(
  { from }: TableSource,
  key: readonly CommonColumn[],
  side: 'beforeValue' | 'afterValue',
  which: string,
  { connection }: Look,
): Promise<void> {
  const values = key.map((column) => column[side]);
  const result = await connection.runAndReadAll(
    `SELECT ${values.join(', ')}, count(*) AS times FROM ${from} GROUP BY ALL HAVING count(*) > 1 LIMIT 1`,
  );
  const [twice] = result.getRows();
  if (!twice) return;
  const words = key.map(({ name }, index) => `${name} ${String(twice[index])}`).join(', ');
  throw new AppError(
    'INVALID_INPUT',
    `The key names no single row: ${twice.at(-1)} rows of the ${which} table have ${words}.`,
    {
      nextStep: 'Name columns that are different in every row, or compare rows by their content.',
      details: { key: key.map(({ name }) => name).join(', ') },
    },
  );
}
