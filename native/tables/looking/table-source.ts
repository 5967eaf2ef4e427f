import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import type { Cell } from '../../../app/contract/wire.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import { nearest } from '../../../app/kernel/nearest.ts';
import { toCell } from '../cells.ts';
import { columnTypeOf } from '../column-types.ts';
import { identifier, rowsOf, text } from '../duckdb-session.ts';

/** Cells of an example are cut here: a row may hold whole documents. */
const SHOWN_CHARACTERS = 300;
/** Columns of an example. */
export const SHOWN_COLUMNS = 50;

/** A table's Parquet file as the queries of this folder see it. */
export interface TableSource {
  readonly columns: readonly Column[];
  readonly rows: number;
  /** A FROM term with all columns and, as `row`, where a row stands in the table, counted from 0. */
  readonly from: string;
  /** Quoted name of the row's number; no column is called that. */
  readonly row: string;
}

/** @throws AppError STORAGE_FAILED if the file is damaged */
export async function openTable(connection: DuckDBConnection, parquetPath: string): Promise<TableSource> {
  const file = `read_parquet(${text(parquetPath)})`;
  try {
    const described = await rowsOf(connection, `DESCRIBE SELECT * FROM ${file}`);
    const columns = described.map(
      ([name, type]): Column => ({ name: String(name), type: columnTypeOf(String(type)) ?? 'text' }),
    );
    const [[rows]] = (await rowsOf(connection, `SELECT count(*) FROM ${file}`)) as [[bigint]];
    const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
    let row = 'lathe_row';
    while (taken.has(row)) row = `_${row}`;
    // A column of that name hides DuckDB's own number of a row.
    const number = taken.has('file_row_number') ? '(row_number() OVER () - 1)' : 'file_row_number';
    return {
      columns,
      rows: Number(rows),
      from: `(SELECT *, ${number} AS ${identifier(row)} FROM ${file})`,
      row: identifier(row),
    };
  } catch (error) {
    throw new AppError('STORAGE_FAILED', `The table ${parquetPath} cannot be read: ${String(error)}`, {
      nextStep: 'Check the workspace with `lathe data verify`, and import the data again if it is damaged.',
      details: { path: parquetPath },
      cause: error,
    });
  }
}

/** The table's columns of these names. @throws AppError INVALID_INPUT for a name that is none */
export function columnsNamed(columns: readonly Column[], names: readonly string[]): Column[] {
  const known = new Map(columns.map((column) => [column.name, column]));
  return names.map((name) => {
    const found = known.get(name);
    if (found) return found;
    const near = nearest(name, [...known.keys()]);
    throw new AppError('INVALID_INPUT', `The table has no column "${name}".`, {
      nextStep:
        near === null ? 'Look at its columns with `lathe data show`.' : `Did you mean the column "${near}"?`,
      details: { column: name },
    });
  });
}

/** Cells of rows by their numbers, of the columns that examples show. */
export async function shownRows(
  connection: DuckDBConnection,
  { from, row }: TableSource,
  columns: readonly Column[],
  rowNumbers: readonly number[],
): Promise<Map<number, Cell[]>> {
  if (rowNumbers.length === 0) return new Map();
  const selected = columns.map(({ name }) => identifier(name));
  const result = await connection.runAndReadAll(
    `SELECT ${[row, ...selected].join(', ')} FROM ${from} WHERE ${row} IN (${rowNumbers.map(Math.trunc).join(', ')})`,
  );
  return new Map(result.getRows().map(([number, ...cells]) => [Number(number), cells.map(shownCell)]));
}

export function shownCell(value: DuckDBValue): Cell {
  const cell = toCell(value);
  return typeof cell === 'string' && cell.length > SHOWN_CHARACTERS
    ? `${cell.slice(0, SHOWN_CHARACTERS)}…`
    : cell;
}

/**
 * Two 64-bit hashes of a row, taken over its values in order and in reverse (texts reversed as well): equal rows have equal ones, and
 * among a billion different rows two equal pairs are not to be expected. −0 equals 0, and a missing value equals a missing one.
 *
 * @param expressions of the values, with the types that are compared
 */
export function fingerprint(expressions: readonly { readonly sql: string; readonly text: boolean }[]): {
  readonly first: string;
  readonly second: string;
} {
  const reversed = [...expressions]
    .reverse()
    .map(({ sql, text: isText }) => (isText ? `reverse(${sql})` : sql));
  return {
    first: `hash(${expressions.map(({ sql }) => sql).join(', ')})`,
    second: `hash(0, ${reversed.join(', ')})`,
  };
}
