import { randomUUID } from 'node:crypto';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import type { Cell } from '../../../app/contract/wire.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import { toCell } from '../cells.ts';
import { columnTypeOf } from '../column-types.ts';
import { identifier, inSession, rowsOf, spillFolderOf, text } from '../duckdb-session.ts';

/** Longer texts are cut where they are shown as examples. */
const SHOWN_CHARACTERS = 200;

/** What does not fit is spilled. Outside of this DuckDB takes half as much again. */
const MEMORY = '128MB';

/** A table of a version as checks and splits see it, in a DuckDB that reaches it and nothing else. */
export interface TableView {
  readonly path: string;
  readonly connection: DuckDBConnection;
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Folder for what does not fit the memory; made at need, and removed with the view. */
  readonly spillFolder: string;
  /** View of the table with one more column, `rowColumn`: the row's number, counted from 0. */
  readonly numbered: string;
  /** Quoted. */
  readonly rowColumn: string;
  column(name: string): Column | undefined;
}

/** The name under which people's own queries find the table. */
export const TABLE = 'data';
const NUMBERED = 'data_with_row_numbers';

/**
 * Open the table, and others beside it, for `work`. What does not fit the memory spills beside the table and is gone afterwards. Work that
 * cannot be spilled (rows of many hundred columns, queries of people's own) is done once more, with as much as the largest import may take.
 */
export async function withTable<T>(
  tablePath: string,
  others: readonly string[],
  signal: AbortSignal,
  work: (table: TableView) => Promise<T>,
): Promise<T> {
  const within = async (limits: { readonly memoryLimit?: string; readonly threads?: number }) => {
    const beside = `${tablePath}.${randomUUID()}`;
    return await inSession({ files: [tablePath, ...others], beside, signal, ...limits }, async (connection) =>
      work(await viewOf(connection, tablePath, spillFolderOf(beside))),
    );
  };
  try {
    return await within({ memoryLimit: MEMORY });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'TOO_LARGE') throw error;
    return await within({ threads: 1 });
  }
}

async function viewOf(
  connection: DuckDBConnection,
  tablePath: string,
  spillFolder: string,
): Promise<TableView> {
  try {
    await connection.run(`CREATE VIEW ${TABLE} AS SELECT * FROM read_parquet(${text(tablePath)})`);
    const described = await rowsOf(connection, `DESCRIBE ${TABLE}`);
    const columns = described.map(
      ([name, type]): Column => ({ name: String(name), type: columnTypeOf(String(type)) ?? 'text' }),
    );
    const rowColumn = freeName(columns);
    // DuckDB's own number of a row is hidden by a column of that name.
    const hidden = columns.some(({ name }) => name.toLowerCase() === 'file_row_number');
    const number = hidden ? '(row_number() OVER () - 1)' : 'file_row_number';
    await connection.run(
      `CREATE VIEW ${NUMBERED} AS SELECT *, ${number} AS ${identifier(rowColumn)} FROM read_parquet(${text(tablePath)})`,
    );
    const [[rows]] = (await rowsOf(connection, `SELECT count(*) FROM ${TABLE}`)) as [[bigint]];
    return {
      path: tablePath,
      connection,
      columns,
      rows: Number(rows),
      spillFolder,
      numbered: NUMBERED,
      rowColumn: identifier(rowColumn),
      column: (name) => columns.find((column) => column.name === name),
    };
  } catch (error) {
    throw new AppError('STORAGE_FAILED', `The table ${tablePath} cannot be read: ${String(error)}`, {
      nextStep: 'Check the workspace with `lathe data verify`, and import the data again if it is damaged.',
      details: { path: tablePath },
      cause: error,
    });
  }
}

function freeName(columns: readonly Column[]): string {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  let name = 'row_number';
  while (taken.has(name)) name = `_${name}`;
  return name;
}

/** SQL that is true where the column has a value: neither null nor NaN. */
export function present({ name, type }: Column): string {
  const sql = identifier(name);
  return type === 'number' ? `(${sql} IS NOT NULL AND NOT isnan(${sql}))` : `(${sql} IS NOT NULL)`;
}

export function shown(value: DuckDBValue): Cell {
  const cell = toCell(value);
  return typeof cell === 'string' && cell.length > SHOWN_CHARACTERS
    ? `${cell.slice(0, SHOWN_CHARACTERS)}…`
    : cell;
}

/** Values by position; parameters are bound, never written into the text. */
export async function ask(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly DuckDBValue[] = [],
): Promise<DuckDBValue[][]> {
  return (await connection.runAndReadAll(sql, [...parameters])).getRows();
}
