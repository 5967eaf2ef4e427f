import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  VARCHAR,
} from '@duckdb/node-api';
import SqliteDatabase from 'better-sqlite3';
import type { QueryColumn, QueryColumnType } from '../../../app/kernel/ports/query-engine.ts';
import { identifier } from '../duckdb-session.ts';
import type { CrossedQuestion } from './messages.ts';

/** The most rows of a chunk of DuckDB. */
const CHUNK_ROWS = 2048;

const types = { text: VARCHAR, number: DOUBLE } satisfies Record<QueryColumnType, DuckDBType>;

/** Fill the tables from one moment of the SQLite file, over a connection that cannot write. */
export async function fillStored(
  connection: DuckDBConnection,
  { databasePath, stored }: Pick<CrossedQuestion, 'databasePath' | 'stored'>,
  signal: AbortSignal,
): Promise<void> {
  if (stored.length === 0) return;
  const database = new SqliteDatabase(databasePath, { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    database.pragma('query_only = ON');
    database.exec('BEGIN');
    for (const { name, columns, select, parameters } of stored) {
      const append = await appenderOf(connection, name, columns);
      const rows = database.prepare(select).raw().iterate(parameters) as IterableIterator<unknown[]>;
      let held: unknown[][] = [];
      for (const row of rows) {
        held.push(row);
        if (held.length < CHUNK_ROWS) continue;
        append.rows(held);
        held = [];
        // Reading holds up this thread, which has to hear when it should stop.
        await new Promise(setImmediate);
        signal.throwIfAborted();
      }
      append.rows(held);
      append.close();
    }
  } finally {
    database.close();
  }
}

/** Fill a table of numbers from batches as they come. */
export async function fillFed(
  connection: DuckDBConnection,
  { name, columns }: NonNullable<CrossedQuestion['fed']>,
  batches: AsyncIterable<readonly Float64Array[]>,
  signal: AbortSignal,
): Promise<void> {
  const append = await appenderOf(
    connection,
    name,
    columns.map((column) => ({ name: column, type: 'number' })),
  );
  for await (const batch of batches) {
    signal.throwIfAborted();
    append.columns(batch);
  }
  signal.throwIfAborted();
  append.close();
}

async function appenderOf(connection: DuckDBConnection, name: string, columns: readonly QueryColumn[]) {
  const declared = columns.map((column) => `${identifier(column.name)} ${types[column.type]}`);
  await connection.run(`CREATE TABLE ${identifier(name)} (${declared.join(', ')})`);
  const appender = await connection.createAppender(name);
  const columnTypes = columns.map(({ type }) => types[type]);
  const put = (length: number, valueAt: (column: number, row: number) => DuckDBValue) => {
    const chunk = DuckDBDataChunk.create(columnTypes, length);
    for (let column = 0; column < columns.length; column++) {
      const vector = chunk.getColumnVector(column);
      for (let row = 0; row < length; row++) vector.setItem(row, valueAt(column, row));
      vector.flush();
    }
    appender.appendDataChunk(chunk);
  };
  return {
    rows(rows: readonly (readonly unknown[])[]) {
      if (rows.length === 0) return;
      put(rows.length, (column, row) => fromSqlite(rows[row]![column], columns[column]!.type));
    },
    columns(values: readonly Float64Array[]) {
      const total = values[0]?.length ?? 0;
      for (let from = 0; from < total; from += CHUNK_ROWS)
        put(Math.min(CHUNK_ROWS, total - from), (column, row) => values[column]![from + row]!);
    },
    close: () => appender.closeSync(),
  };
}

function fromSqlite(value: unknown, type: QueryColumnType): DuckDBValue {
  if (value === null || value === undefined) return null;
  return type === 'text' ? String(value) : Number(value);
}
