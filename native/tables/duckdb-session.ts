import fs from 'node:fs';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AppError } from '../../app/kernel/app-error.ts';

const MEMORY_LIMIT = '1GB';
const THREADS = '2';

export interface Session {
  readonly connection: DuckDBConnection;
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
}): Promise<Session> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    threads: THREADS,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
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
  return { connection, close };
}

/** Run `work` in a session that spills beside a file, is interrupted by the signal, and leaves nothing behind. */
export async function inSession<T>(
  options: { readonly files: readonly string[]; readonly beside: string; readonly signal: AbortSignal },
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  signal.throwIfAborted();
  const spillFolder = `${options.beside}.spill`;
  const session = await openSession({ files: options.files, spillFolder });
  const interrupt = () => session.connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    return await work(session.connection);
  } catch (error) {
    signal.throwIfAborted();
    throw fromDuckdb(error);
  } finally {
    signal.removeEventListener('abort', interrupt);
    session.close();
    await fs.promises.rm(spillFolder, { recursive: true, force: true });
  }
}

/** Faults of the machine that DuckDB reports in its own words; anything else is returned unchanged. */
export function fromDuckdb(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  if (/no space left|could not write|failed to write/i.test(message)) {
    return new AppError('DISK_FULL', 'The disk is full: the table could not be written.', { cause: error });
  }
  if (message.startsWith('Out of Memory')) {
    return new AppError(
      'TOO_LARGE',
      `The table needs more memory than the ${MEMORY_LIMIT} that reading may use.`,
      {
        nextStep: 'Import it in several parts, or without its largest columns.',
        cause: error,
      },
    );
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
