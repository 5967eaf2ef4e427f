import fs from 'node:fs';
import path from 'node:path';
import type { Cell } from '../../app/contract/wire.ts';
import { toCell } from './cells.ts';
import { identifier, LOOKING_MEMORY, openSession, type Session } from './duckdb-session.ts';
import { columnsNamed, openTable, type TableSource } from './looking/table-source.ts';
import { PageWindows } from './page-windows.ts';
import { toResultCell } from './query/result-cells.ts';
import { numbersOf, type RowChoice, RowChoices } from './row-choices.ts';

const KEPT_SESSIONS = 4;
/** Columns that one query reads: of each, DuckDB unpacks thousands of rows at once on every thread. */
const COLUMNS_A_QUERY = 250;
/** Tables of a folder whose columns are remembered. */
const KEPT_TABLES = 64;

export interface PageRequest {
  readonly parquetPath: string;
  readonly offset: number;
  readonly limit: number;
  /** By name; all where it is null. */
  readonly columns: readonly string[] | null;
  /** Null: all rows in their order. */
  readonly choice: RowChoice | null;
  /** Whether NaN and the infinities are words on the wire, as a query's result has them, or missing values. */
  readonly words: boolean;
}

export interface PageRows {
  readonly rows: Cell[][];
  readonly rowNumbers: number[];
  /** Rows of the table, and those among them that the choice has. */
  readonly totalRows: number;
  readonly matchingRows: number;
}

interface Folder {
  readonly session: Session;
  readonly tables: Map<string, Promise<TableSource>>;
  readonly choices: RowChoices;
  readonly windows: PageWindows;
}

/**
 * Pages of tables. A DuckDB for each folder is kept open, because a page is asked for at every turn of a scroll wheel; DuckDB finds a row by its
 * number from what the file says of its groups of rows, so that a page costs the same wherever it is.
 */
export class PageReader {
  readonly #folders = new Map<string, Promise<Folder>>();

  /** See `Tables.page`. */
  async page(parquetPath: string, offset: number, limit: number): Promise<Cell[][]> {
    const { signal } = new AbortController();
    return (
      await this.read({ parquetPath, offset, limit, columns: null, choice: null, words: false }, signal)
    ).rows;
  }

  /** @throws AppError INVALID_INPUT for a column that is not there, or a value that does not fit it */
  async read(request: PageRequest, signal: AbortSignal): Promise<PageRows> {
    const { session, tables, choices, windows } = await this.#folder(path.dirname(request.parquetPath));
    const table = await this.#table(session, tables, request.parquetPath);
    const chosen = request.choice && (await choices.of(request.parquetPath, table, request.choice, signal));
    const columns = request.columns ? columnsNamed(table.columns, request.columns) : table.columns;
    const from = Math.trunc(request.offset);
    const to = from + Math.trunc(request.limit);
    const found = { totalRows: table.rows, matchingRows: chosen?.rows ?? table.rows };
    const { connection } = session;
    const read = async (which: string): Promise<Map<number, Cell[]>> => {
      const rows = new Map<number, Cell[]>();
      const cellOf = request.words ? toResultCell : toCell;
      for (let start = 0; start === 0 || start < columns.length; start += COLUMNS_A_QUERY) {
        signal.throwIfAborted();
        const names = columns.slice(start, start + COLUMNS_A_QUERY).map(({ name }) => identifier(name));
        const selected = [table.row, ...names].join(', ');
        const result = await connection.runAndReadAll(`SELECT ${selected} FROM ${table.from} WHERE ${which}`);
        for (const [number, ...cells] of result.getRows()) {
          const row = rows.get(Number(number)) ?? [];
          rows.set(Number(number), row);
          for (const cell of cells) row.push(cellOf(cell));
        }
      }
      return rows;
    };
    if (!chosen) {
      const rows = await read(`${table.row} >= ${from} AND ${table.row} < ${to} ORDER BY ${table.row}`);
      return { ...found, rows: [...rows.values()], rowNumbers: [...rows.keys()] };
    }
    const rowBytes = fs.statSync(request.parquetPath).size / Math.max(1, table.rows);
    const key = JSON.stringify([chosen.table, request.columns, request.words]);
    const size = { columns: columns.length, rowBytes };
    const page = await windows.rows(key, [from, Math.min(to, chosen.rows)], size, async (start, end) => {
      const rowNumbers = await numbersOf(connection, chosen, start, end);
      if (rowNumbers.length === 0) return { rows: [], rowNumbers };
      const rows = await read(`${table.row} IN (${rowNumbers.join(', ')})`);
      return { rows: rowNumbers.map((number) => rows.get(number)!), rowNumbers };
    });
    return { ...found, rows: [...page.rows], rowNumbers: [...page.rowNumbers] };
  }

  async close(): Promise<void> {
    const folders = [...this.#folders.values()];
    this.#folders.clear();
    for (const folder of await Promise.allSettled(folders)) {
      if (folder.status === 'fulfilled') folder.value.session.close();
    }
  }

  /** A table's Parquet file is named by its content: what was read of one stays true. */
  #table(session: Session, tables: Folder['tables'], parquetPath: string): Promise<TableSource> {
    const known = tables.get(parquetPath);
    if (known) return known;
    const opened = openTable(session.connection, parquetPath);
    if (tables.size >= KEPT_TABLES) tables.delete([...tables.keys()][0]!);
    tables.set(parquetPath, opened);
    opened.catch(() => tables.delete(parquetPath));
    return opened;
  }

  #folder(folder: string): Promise<Folder> {
    const known = this.#folders.get(folder);
    if (known) return known;
    const oldest = this.#folders.size >= KEPT_SESSIONS ? [...this.#folders][0] : undefined;
    if (oldest) {
      this.#folders.delete(oldest[0]);
      void oldest[1].then(({ session }) => session.close());
    }
    const opened = openFolder(folder);
    this.#folders.set(folder, opened);
    opened.catch(() => this.#folders.delete(folder));
    return opened;
  }
}

async function openFolder(folder: string): Promise<Folder> {
  const session = await openSession({
    folders: [folder],
    // Left by a process that was killed, it is swept with the other spill folders; a closed DuckDB removes its own files.
    spillFolder: path.join(folder, `pages-${process.pid}.spill`),
    memoryLimit: LOOKING_MEMORY,
  });
  return { session, tables: new Map(), choices: new RowChoices(session), windows: new PageWindows() };
}
