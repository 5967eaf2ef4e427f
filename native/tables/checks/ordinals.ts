import { DuckDBDataChunk, UINTEGER } from '@duckdb/node-api';
import type { KeyedRows } from './keyed-rows/keyed-rows.ts';
import type { TableView } from './table-view.ts';

const ORDINALS = 'ordinals_of_rows';
/** The most rows of a chunk of DuckDB. */
const CHUNK_ROWS = 2048;

/** As SQL: what is joined to a table `t` that has a column `place`, and each row's ordinal among its equals as text, from 1 on. */
export interface Ordinals {
  readonly joined: string;
  readonly ordinal: string;
}

/** Number equal rows in the order of the table. Only rows that are not the first of their kind take room. */
export async function numberEqualRows(
  table: TableView,
  equal: KeyedRows,
  signal: AbortSignal,
): Promise<Ordinals> {
  await writeOrdinals(table, equal, signal);
  return {
    joined: `LEFT JOIN ${ORDINALS} AS o ON o.place = t.place`,
    ordinal: 'coalesce(o.ordinal, 1)::VARCHAR',
  };
}

async function writeOrdinals(
  { connection }: TableView,
  equal: KeyedRows,
  signal: AbortSignal,
): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${ORDINALS} (place UINTEGER, ordinal UINTEGER)`);
  const appender = await connection.createAppender(ORDINALS);
  const columns = [new Uint32Array(CHUNK_ROWS), new Uint32Array(CHUNK_ROWS)] as const;
  let filled = 0;
  const flush = () => {
    const chunk = DuckDBDataChunk.create([UINTEGER, UINTEGER], filled);
    for (const [column, values] of columns.entries()) {
      const vector = chunk.getColumnVector(column);
      for (let index = 0; index < filled; index++) vector.setItem(index, values[index]!);
      vector.flush();
    }
    appender.appendDataChunk(chunk);
    filled = 0;
  };
  try {
    await equal.eachRun((found, from, to) => {
      const run = found.subarray(from, to).sort();
      for (let index = 1; index < run.length; index++) {
        columns[0][filled] = run[index]!;
        columns[1][filled] = index + 1;
        filled += 1;
        if (filled === CHUNK_ROWS) flush();
      }
    }, signal);
    if (filled > 0) flush();
  } finally {
    appender.closeSync();
  }
}
