import fs from 'node:fs';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AppError } from '../../app/kernel/app-error.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';

const MEMORY_LIMIT = '1GB';
const THREADS = 2;
/** For looking at data, which must leave room for training: what does not fit is spilled to the disk. */
export const LOOKING_MEMORY = '200MB';

/** For finding out what a file holds, and writing it as a table. */
const SMALL_MEMORY_BYTES = 130_000_000;
/** For each column of the fewest rows that DuckDB reads or writes at once: to find out types, and to write a table. */
const LEARNING_BYTES = 100_000;
const WRITING_BYTES = 150_000;
/** So many times the longest record stands in its buffers. */
const RECORD_COPIES = 16;

interface TableSize {
  readonly columns: number;
  readonly longestRecordBytes?: number;
}

/**
 * For writing a table. One thread takes rows from the source to the file without holding more than a group of them; several hold what
 * comes out of order.
 */
export const writing = (table: TableSize) => boundsOf(table, WRITING_BYTES);

/** For finding out what a file holds. It keeps what it read of the file, up to its bounds. */
export const learning = (table: TableSize) => boundsOf(table, LEARNING_BYTES);

/** For writing what a query gives, whose columns nobody has counted. */
export const WRITING_QUERY = writing({ columns: 2000 });

function boundsOf({ columns, longestRecordBytes = 0 }: TableSize, columnBytes: number) {
  const bytes = columns * columnBytes + longestRecordBytes * RECORD_COPIES;
  return { memoryLimit: `${Math.max(SMALL_MEMORY_BYTES, bytes)}B`, threads: 1 };
}

export interface Session {
  readonly connection: DuckDBConnection;
  /** One more connection to the same DuckDB, closed with it. */
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

/**
 * A DuckDB of its own in memory that can reach the named files and folders and nothing else: no other file, no
 * network, no extension, and no statement can change that afterwards.
 *
 * @param spillFolder where it may put what does not fit its memory; the caller removes it
 */
export async function openSession(reach: {
  readonly files?: readonly string[];
  readonly folders?: readonly string[];
  readonly spillFolder?: string;
  /** As DuckDB writes it; 1 GB unless it is named. */
  readonly memoryLimit?: string;
  /** 2 unless it is said. */
  readonly threads?: number;
}): Promise<Session> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: reach.memoryLimit ?? MEMORY_LIMIT,
    threads: String(reach.threads ?? THREADS),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  const others: DuckDBConnection[] = [];
  const close = () => {
    for (const each of [...others, connection]) each.closeSync();
    instance.closeSync();
  };
  const connect = async () => {
    const other = await instance.connect();
    others.push(other);
    return other;
  };
  try {
    await connection.run(`SET allowed_paths = ${list(reach.files ?? [])}`);
    await connection.run(`SET allowed_directories = ${list(reach.folders ?? [])}`);
    await connection.run(`SET temp_directory = ${text(reach.spillFolder ?? '')}`);
    await connection.run('SET parquet_metadata_cache = true');
    // The system's page cache keeps the files already; a second copy would only hold memory.
    await connection.run('SET enable_external_file_cache = false');
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
  } catch (error) {
    close();
    throw error;
  }
  return { connection, connect, close };
}

/** Run `work` in a session that spills beside a file, is interrupted by the signal, and leaves nothing behind. */
export async function inSession<T>(
  options: {
    readonly files: readonly string[];
    readonly folders?: readonly string[];
    readonly beside: string;
    readonly signal: AbortSignal;
    readonly memoryLimit?: string;
    readonly threads?: number;
  },
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { signal, beside, ...reach } = options;
  signal.throwIfAborted();
  const spillFolder = spillFolderOf(beside);
  await returnFreedMemory();
  const session = await openSession({ ...reach, spillFolder });
  const interrupting = interruptOnAbort(session.connection, signal);
  try {
    return await work(session.connection);
  } catch (error) {
    signal.throwIfAborted();
    throw fromDuckdb(error);
  } finally {
    interrupting[Symbol.dispose]();
    session.close();
    await fs.promises.rm(spillFolder, { recursive: true, force: true });
  }
}

/**
 * Have the C library give back what this process has freed and holds for later: a DuckDB asks it for that when it closes. What other threads
 * left free comes to a hundred megabytes, on top of which the work's own would come.
 */
async function returnFreedMemory(): Promise<void> {
  (await DuckDBInstance.create(':memory:', { threads: '1' })).closeSync();
}

/** Where `inSession` spills to. */
export const spillFolderOf = (beside: string) => `${beside}.spill`;

/** Faults of the machine that DuckDB reports in its own words; anything else is returned unchanged. */
export function fromDuckdb(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  if (/no space left|could not write|failed to write/i.test(message)) {
    return new AppError('DISK_FULL', 'The disk is full: the table could not be written.', { cause: error });
  }
  if (message.startsWith('Out of Memory')) {
    return new AppError('TOO_LARGE', 'The table needs more memory than reading may use.', {
      nextStep: 'Import it in several parts, or without its largest columns.',
      cause: error,
    });
  }
  return error;
}

/** A text literal. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A list literal of texts. */
export function list(values: readonly string[]): string {
  return `[${values.map(text).join(', ')}]`;
}

/** A column's name, quoted. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Rows of a query as JavaScript values, by position. */
export async function rowsOf(connection: DuckDBConnection, sql: string) {
  return (await connection.runAndReadAll(sql)).getRowsJS();
}
