import fs from 'node:fs';
import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { AppError } from '../../../app/kernel/app-error.ts';
import { nearest } from '../../../app/kernel/nearest.ts';
import { fromDuckdb, identifier, LOOKING_MEMORY, openSession, text } from '../duckdb-session.ts';
import { interruptOnAbort } from '../interrupt-on-abort.ts';
import { checkQuery } from './check-query.ts';

/** A query over tables, each a Parquet file under the name that the query calls it. */
export interface VersionQuery {
  readonly tables: readonly { readonly name: string; readonly path: string }[];
  /** Names that could have stood in the query, for its faults. */
  readonly known: readonly string[];
  readonly query: string;
  readonly timeLimitMs: number;
  /** Where it may put what does not fit its memory; nothing is left there. */
  readonly spillFolder: string;
}

/**
 * Run `work` with the query made ready in a DuckDB that reaches its tables' files for reading and nothing else.
 *
 * @throws AppError INVALID_INPUT for a query that is wrong or does more than read, TIME_LIMIT, TOO_LARGE, DISK_FULL
 */
export async function withVersionQuery<T>(
  asked: VersionQuery,
  aborted: AbortSignal,
  work: (statement: DuckDBPreparedStatement, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  aborted.throwIfAborted();
  const tooLong = AbortSignal.timeout(asked.timeLimitMs);
  const signal = AbortSignal.any([aborted, tooLong]);
  const { connection, close } = await openSession({
    files: asked.tables.map(({ path }) => path),
    spillFolder: asked.spillFolder,
    memoryLimit: LOOKING_MEMORY,
  });
  const interrupting = interruptOnAbort(connection, signal);
  try {
    for (const { name, path } of asked.tables) {
      await connection.run(`CREATE VIEW ${identifier(name)} AS SELECT * FROM read_parquet(${text(path)})`);
    }
    return await work(await checkQuery(connection, asked.query), signal);
  } catch (error) {
    aborted.throwIfAborted();
    if (tooLong.aborted) {
      throw new AppError('TIME_LIMIT', `The query took longer than ${asked.timeLimitMs / 1000} s.`, {
        nextStep: 'Ask for less at once, or give it more time.',
        details: { timeLimitMs: asked.timeLimitMs },
      });
    }
    throw inWords(error, asked);
  } finally {
    interrupting[Symbol.dispose]();
    close();
    await fs.promises.rm(asked.spillFolder, { recursive: true, force: true });
  }
}

/** DuckDB's own words for what is wrong with a query name the place; ours say whose fault it is. */
function inWords(error: unknown, { known }: VersionQuery): unknown {
  const fault = fromDuckdb(error);
  if (fault instanceof AppError) {
    if (fault.code !== 'TOO_LARGE' || fault === error) return fault;
    return new AppError('TOO_LARGE', 'The query needs more memory than it may use.', {
      nextStep: 'Ask for fewer rows or columns, or group before you join.',
    });
  }
  const message = error instanceof Error ? error.message : '';
  const kind =
    /^(?:Failed to extract statements: )?(Parser|Binder|Catalog|Conversion|Invalid Input|Permission|Not implemented|Out of Range|Mismatch Type|Constraint) Error: /.exec(
      message,
    );
  if (!kind) return error;
  const missing = /Table with name (.+?) does not exist/.exec(message)?.[1];
  // Its own guess at a name is one of its system tables.
  const words = message.slice(kind[0].length).replace(/\nDid you mean .*/, '');
  return new AppError('INVALID_INPUT', `The query cannot be answered: ${words}`, {
    nextStep: missing === undefined ? CURE : tableCure(missing, known),
  });
}

const CURE = 'DESCRIBE "name" shows the columns of a data set.';

function tableCure(missing: string, known: readonly string[]): string {
  const near = nearest(missing, [...known]);
  if (near !== null) return `Did you mean ${identifier(near)}?`;
  return known.length === 0
    ? 'The project has no tables yet: import some data first.'
    : `Read from data sets by their names, for example FROM ${identifier(known[0]!)}.`;
}
