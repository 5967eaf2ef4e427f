import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api';
import { AppError } from '../../app/kernel/app-error.ts';
import { fromDuckdb, identifier, LOOKING_MEMORY, openSession, text } from './duckdb-session.ts';
import { ChunkFreer } from './free-chunks.ts';

/** Words of a column that are kept apart; a column with more is no category, and its words would fill the memory. */
const MOST_WORDS = 100_000;

/** `integer` tells whole-number columns from others; missing values are NaN. */
export interface NumberColumn {
  readonly name: string;
  readonly kind: 'number';
  readonly integer: boolean;
  /** Float64 for the columns asked for as precise, else Float32, which is what ONNX models take. */
  readonly values: Float32Array | Float64Array;
}

/** Booleans are the words `true` and `false`. */
export interface WordColumn {
  readonly name: string;
  readonly kind: 'text';
  /** By row the place in `words`, or −1 where missing. */
  readonly codes: Int32Array;
  readonly words: readonly string[];
}

export type RawColumn =
  | NumberColumn
  | WordColumn
  /** What the native engine does not learn from, with a description: dates and times, texts of very many words. */
  | { readonly name: string; readonly kind: 'other'; readonly holds: string };

export interface RawTable {
  readonly rows: number;
  readonly columns: readonly RawColumn[];
}

const INTEGER = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const NUMBER = /^(DOUBLE|FLOAT|DECIMAL.*)$/;

interface Reader {
  /** The column as SQL reads it. */
  readonly sql: string;
  take(vector: DuckDBVector, start: number, count: number): void;
  finish(): RawColumn;
}

/**
 * Read a Parquet table whole, column by column, in the order of its rows: 4 bytes a cell, 8 for precise columns.
 *
 * @param precise columns to keep as float64 and with all their words: the target
 * @throws AppError STORAGE_FAILED if the file is damaged
 */
export async function readColumns(parquetPath: string, precise: readonly string[]): Promise<RawTable> {
  const { connection, close } = await openSession({ files: [parquetPath], memoryLimit: LOOKING_MEMORY });
  try {
    const table = `read_parquet(${text(parquetPath)})`;
    const [[count]] = (
      await connection.runAndReadAll(`SELECT COUNT(*)::DOUBLE FROM ${table}`)
    ).getRowsJS() as [[number]];
    const described = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${table}`)).getRowsJS();
    const readers = described.map(([name, type]) =>
      createReader(String(name), String(type), count, precise.includes(String(name))),
    );
    await readChunks(connection, `SELECT ${readers.map(({ sql }) => sql).join(', ')} FROM ${table}`, readers);
    return { rows: count, columns: readers.map((reader) => reader.finish()) };
  } catch (error) {
    const known = fromDuckdb(error);
    if (known instanceof AppError) throw known;
    throw new AppError('STORAGE_FAILED', `The table ${parquetPath} cannot be read: ${String(error)}`, {
      nextStep: 'Check the workspace with `lathe data verify`, and import the data again if it is damaged.',
      details: { path: parquetPath },
      cause: error,
    });
  } finally {
    close();
  }
}

async function readChunks(connection: DuckDBConnection, sql: string, readers: readonly Reader[]) {
  const result = await connection.stream(sql);
  const freer = new ChunkFreer();
  let start = 0;
  for (
    let chunk = await result.fetchChunk();
    chunk && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    for (const [index, reader] of readers.entries()) {
      reader.take(chunk.getColumnVector(index), start, chunk.rowCount);
    }
    start += chunk.rowCount;
    await freer.done();
  }
}

function createReader(name: string, type: string, rows: number, precise: boolean): Reader {
  if (INTEGER.test(type) || NUMBER.test(type)) return numberReader(name, type, rows, precise);
  if (type === 'BOOLEAN' || type === 'VARCHAR') return wordReader(name, rows, precise);
  return {
    sql: 'NULL',
    take() {},
    finish: () => ({ name, kind: 'other', holds: /DATE|TIME/.test(type) ? 'times' : `${type} values` }),
  };
}

function numberReader(name: string, type: string, rows: number, precise: boolean): Reader {
  const values = precise ? new Float64Array(rows) : new Float32Array(rows);
  return {
    sql: `CAST(${identifier(name)} AS DOUBLE)`,
    take(vector, start, count) {
      for (let row = 0; row < count; row++) {
        const value = vector.getItem(row) as number | null;
        values[start + row] = value === null ? Number.NaN : value;
      }
    },
    finish: () => ({ name, kind: 'number', integer: INTEGER.test(type), values }),
  };
}

function wordReader(name: string, rows: number, precise: boolean): Reader {
  const codes = new Int32Array(rows);
  const places = new Map<string, number>();
  let tooMany = false;
  return {
    sql: `CAST(${identifier(name)} AS VARCHAR)`,
    take(vector, start, count) {
      for (let row = 0; row < count && !tooMany; row++) {
        const value = vector.getItem(row) as string | null;
        const place = value === null ? -1 : (places.get(value) ?? places.size);
        if (place === places.size) places.set(value!, place);
        codes[start + row] = place;
        tooMany = !precise && places.size > MOST_WORDS;
      }
    },
    finish: () =>
      tooMany
        ? { name, kind: 'other', holds: `more than ${MOST_WORDS.toLocaleString('en')} different texts` }
        : { name, kind: 'text', codes, words: [...places.keys()] },
  };
}
