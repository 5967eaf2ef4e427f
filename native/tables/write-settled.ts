import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../app/contract/datasets.contract.ts';
import { copyRows } from './copy-rows.ts';
import { identifier, text } from './duckdb-session.ts';
import type { Guess } from './loading.ts';
import { settleColumns } from './settle-columns.ts';

/** Works with a DuckDB of its own that reaches the sources and the destination: what it holds is given back in the end. */
export type InWritingSession = <T>(work: (connection: DuckDBConnection) => Promise<T>) => Promise<T>;

/**
 * Write what a query gives as a table's Parquet file, with the types that all values of a column have. They are decided by what was
 * written: only where one changes is the query asked again, and the file replaced.
 *
 * @param name of the file that faults of the whole table are laid to
 * @param onWritten told how many rows there are; what it throws ends the writing
 * @throws AppError DATA_MALFORMED for infinite numbers; whatever DuckDB throws while it reads the query
 */
export async function writeSettled(
  inSession: InWritingSession,
  select: string,
  destinationPath: string,
  options: { readonly guess: Guess; readonly name: string; readonly onWritten: (rows: number) => void },
): Promise<{ rows: number; columns: Column[] }> {
  const { guess, name, onWritten } = options;
  const written = await inSession((connection) => copyRows(connection, select, destinationPath));
  onWritten(written.rows);
  const from = `read_parquet(${text(destinationPath)})`;
  const settled = await inSession((connection) => settleColumns(connection, from, written, guess, name));
  if (settled.some(({ expression }) => expression !== null)) {
    const selected = settled.map((column) => {
      const value = identifier(column.name);
      return column.expression === null ? value : `${column.expression} AS ${value}`;
    });
    const again = `SELECT ${selected.join(', ')} FROM (${select})`;
    await inSession((connection) => copyRows(connection, again, destinationPath));
  }
  return { rows: written.rows, columns: settled.map((column) => ({ name: column.name, type: column.type })) };
}
