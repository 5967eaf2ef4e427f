import type { DuplicateReport } from '../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import { identifier } from '../duckdb-session.ts';
import type { Look } from '../looking/look.ts';
import { fingerprint, shownRows, type TableSource } from '../looking/table-source.ts';

const EXAMPLES = 20;
const NUMBERS_OF_A_GROUP = 5;

/** Rows that are equal in the compared columns, found by 128 bits of hash of each row; memory grows with what spills to the disk. */
export async function exactDuplicates(
  table: TableSource,
  compared: readonly Column[],
  shown: readonly Column[],
  { connection, progress }: Look,
): Promise<DuplicateReport['exact']> {
  const { from, row } = table;
  const print = fingerprint(
    compared.map(({ name, type }) => ({ sql: identifier(name), text: type === 'text' })),
  );
  progress(0, 'Looking for equal rows');
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE equal_rows AS
       SELECT ${print.first} AS first, ${print.second} AS second, count(*) AS times, min(${row}) AS row
       FROM ${from} GROUP BY ALL HAVING count(*) > 1`,
  );
  const [totals] = (
    await connection.runAndReadAll('SELECT coalesce(sum(times - 1), 0), count(*) FROM equal_rows')
  ).getRows();
  const [extraRows, groups] = totals!.map(Number) as [number, number];
  if (groups === 0) return { extraRows, groups, examples: [] };
  progress(0.7, 'Reading examples of equal rows');
  const found = await connection.runAndReadAll(
    `WITH largest AS (SELECT * FROM equal_rows ORDER BY times DESC, row LIMIT ${EXAMPLES})
     SELECT largest.row, any_value(times), min(rows.row, ${NUMBERS_OF_A_GROUP})
     FROM (SELECT ${print.first} AS first, ${print.second} AS second, ${row} AS row FROM ${from}) AS rows
     JOIN largest USING (first, second) GROUP BY largest.row ORDER BY any_value(times) DESC, largest.row`,
  );
  const groupsFound = found.getRowsJS();
  const cells = await shownRows(
    connection,
    table,
    shown,
    groupsFound.map(([first]) => Number(first)),
  );
  return {
    extraRows,
    groups,
    examples: groupsFound.map(([first, times, numbers]) => ({
      count: Number(times),
      rowNumbers: (numbers as unknown as bigint[]).map(Number).sort((a, b) => a - b),
      cells: cells.get(Number(first)) ?? [],
    })),
  };
}
