import fs from 'node:fs';
import {
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api';
import type { ExportFormat } from '../../../app/contract/data-sql.contract.ts';
import { identifier, openSession, text } from '../duckdb-session.ts';

const MEMORY = '128MB';
/** Chunks that the appender holds before they become rows of the table. */
const FLUSH_CHUNKS = 64;

const options: Record<ExportFormat, string> = {
  csv: 'FORMAT csv, HEADER true',
  jsonl: 'FORMAT json, ARRAY false',
  parquet: 'FORMAT parquet, COMPRESSION zstd',
};

/**
 * Takes what a query gives and writes it to one file. It is a DuckDB of its own, because the one that runs a query from outside reaches
 * no file that it could write.
 */
export class ResultFile implements AsyncDisposable {
  readonly #connection: DuckDBConnection;
  readonly #appender: DuckDBAppender;
  readonly #path: string;
  readonly #close: () => Promise<void>;
  #chunks = 0;
  rows = 0;

  private constructor(
    connection: DuckDBConnection,
    appender: DuckDBAppender,
    filePath: string,
    close: () => Promise<void>,
  ) {
    this.#connection = connection;
    this.#appender = appender;
    this.#path = filePath;
    this.#close = close;
  }

  /** @param filePath where it is written to; a file that is there is replaced */
  static async open(
    filePath: string,
    names: readonly string[],
    types: readonly DuckDBType[],
    spillFolder: string,
  ): Promise<ResultFile> {
    const files = [filePath];
    const { connection, close } = await openSession({ files, spillFolder, memoryLimit: MEMORY });
    const end = async () => {
      close();
      await fs.promises.rm(spillFolder, { recursive: true, force: true });
    };
    try {
      const declared = uniqueNames(names).map((name, at) => `${identifier(name)} ${storedType(types[at]!)}`);
      await connection.run(`CREATE TABLE result (${declared.join(', ')})`);
      return new ResultFile(connection, await connection.createAppender('result'), filePath, end);
    } catch (error) {
      await end();
      throw error;
    }
  }

  append(chunk: DuckDBDataChunk): void {
    this.#appender.appendDataChunk(chunk);
    this.rows += chunk.rowCount;
    this.#chunks += 1;
    if (this.#chunks % FLUSH_CHUNKS === 0) this.#appender.flushSync();
  }

  /** @param most rows; all without it @returns bytes of the file, which is flushed to the disk */
  async write(format: ExportFormat, most?: number): Promise<number> {
    this.#appender.closeSync();
    const rows = most === undefined ? 'result' : `(FROM result LIMIT ${Math.trunc(most)})`;
    await this.#connection.run(
      `COPY ${rows} TO ${text(this.#path)} (${options[format]}, USE_TMP_FILE false)`,
    );
    const written = await fs.promises.open(this.#path, 'r+');
    try {
      await written.sync();
      return (await written.stat()).size;
    } finally {
      await written.close();
    }
  }

  interrupt(): void {
    this.#connection.interrupt();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

/** A column of nothing but NULL has a type that no table can have. */
function storedType(type: DuckDBType): string {
  return type.typeId === DuckDBTypeId.SQLNULL ? 'INTEGER' : String(type);
}

/** A query may give two columns one name, and a file may not: the second `a` is `a_2`. Capitals do not tell names apart. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name === '' ? 'column' : name;
    for (let number = 2; taken.has(unique.toLowerCase()); number++) unique = `${name}_${number}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
