import type { DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';
import { ChunkFreer } from '../free-chunks.ts';
import type { TableView } from './table-view.ts';
import { count, rowsInWords } from './verdict.ts';
import type { Watch } from './watch.ts';

/** Progress is told once in so many chunks of a few thousand rows. */
const TOLD_CHUNKS = 64;

/** Words for progress: `what` is done with so many of the table's rows. */
type Progress = readonly [watch: Watch, what: string];

/** What a query gives, without holding more than a chunk of it. */
export async function streamChunks(
  { connection, rows }: TableView,
  sql: string,
  [watch, what]: Progress,
  visit: (chunk: DuckDBDataChunk) => void,
  parameters: readonly DuckDBValue[] = [],
): Promise<void> {
  const result = await connection.stream(sql, [...parameters]);
  const freer = new ChunkFreer();
  let done = 0;
  for (let chunks = 0; ; chunks++) {
    const chunk = await result.fetchChunk();
    watch.signal.throwIfAborted();
    if (!chunk || chunk.rowCount === 0) return;
    visit(chunk);
    done += chunk.rowCount;
    await freer.done();
    if (chunks % TOLD_CHUNKS === 0)
      watch.progress(Math.min(1, done / rows), `${what}: ${count(done)} of ${rowsInWords(rows)}`);
  }
}

/**
 * Rows of a query all of whose columns are UINTEGER without nulls, one after the other.
 *
 * @param width how many columns
 * @param visit gets a row that is valid until the next one
 */
export async function streamNumbers(
  table: TableView,
  sql: string,
  width: number,
  progress: Progress,
  visit: (row: Uint32Array) => void,
  parameters: readonly DuckDBValue[] = [],
): Promise<void> {
  const row = new Uint32Array(width);
  await streamChunks(
    table,
    sql,
    progress,
    (chunk) => {
      const columns = Array.from({ length: width }, (_, index) => chunk.getColumnVector(index));
      // Asking a chunk for its rows is a call out of JavaScript.
      const { rowCount } = chunk;
      for (let index = 0; index < rowCount; index++) {
        for (let column = 0; column < width; column++)
          row[column] = columns[column]!.getItem(index) as number;
        visit(row);
      }
    },
    parameters,
  );
}

/** SQL of four columns: the words of a number of 128 bits that is called so, the most significant first. */
export function wordsOf128(name: string): string {
  return [96, 64, 32, 0].map((shift) => `((${name} >> ${shift}) & 4294967295)::UINTEGER`).join(', ');
}

/** As `wordsOf128`, of an UBIGINT. */
export function wordsOf64(name: string): string {
  return `(${name} >> 32)::UINTEGER, (${name} & 4294967295)::UINTEGER`;
}
