import type { ClassBalance } from '../../../app/contract/data-tables.contract.ts';
import { identifier } from '../duckdb-session.ts';
import { typedCell } from '../statistics/top-values.ts';
import type { Look } from './look.ts';
import { columnsNamed, openTable } from './table-source.ts';

const MOST_CLASSES = 1000;

/** How rows spread over a column's values. @throws AppError INVALID_INPUT for a column that is not there */
export async function classBalance(path: string, name: string, { connection }: Look): Promise<ClassBalance> {
  const table = await openTable(connection, path);
  const { type } = columnsNamed(table.columns, [name])[0]!;
  const value = identifier(name);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE classes AS
       SELECT ${value} AS value, count(*) AS times FROM ${table.from} WHERE ${value} IS NOT NULL GROUP BY 1`,
  );
  const [facts] = (
    await connection.runAndReadAll(
      `SELECT count(*), coalesce(sum(times), 0)::DOUBLE, coalesce(max(times), 0), coalesce(min(times), 0),
         coalesce(-sum(times / total * ln(times / total)), 0)
       FROM classes, (SELECT sum(times) AS total FROM classes)`,
    )
  ).getRows();
  const [distinct, present, most, least, entropy] = facts!.map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const largest = await connection.runAndReadAll(
    `SELECT CAST(value AS VARCHAR), times FROM classes ORDER BY times DESC, value LIMIT ${MOST_CLASSES}`,
  );
  return {
    column: name,
    rows: table.rows,
    missing: table.rows - present,
    distinct,
    classes: largest.getRows().map(([each, times]) => ({
      value: typedCell(each!, type),
      count: Number(times),
      share: Number(times) / present,
    })),
    imbalance: distinct === 0 ? null : most / least,
    evenness: distinct < 2 ? null : Math.min(1, entropy / Math.log(distinct)),
  };
}
