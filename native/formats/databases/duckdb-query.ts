import fs from 'node:fs';
import { type DuckDBConnection, StatementType } from '@duckdb/node-api';
import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';
import type { DuckdbQuery } from '../../../app/kernel/ports/database-queries.ts';
import { copyRows } from '../../tables/copy-rows.ts';
import { inSession, text, WRITING_QUERY } from '../../tables/duckdb-session.ts';
import { damaged } from '../files/damaged.ts';

const MAGIC = 'DUCK';

/**
 * Write the result of a query of a DuckDB file, opened to read only, as Parquet. Only statements that read are run, and they
 * reach only that file.
 */
export async function queryDuckdb(
  { databasePath, query, destinationPath }: DuckdbQuery,
  signal: AbortSignal,
): Promise<{ rows: number }> {
  await checkMagic(databasePath);
  const files = [databasePath, `${databasePath}.wal`, destinationPath];
  return inSession({ files, beside: destinationPath, signal, ...WRITING_QUERY }, async (connection) => {
    try {
      await connection.run(`ATTACH ${text(databasePath)} AS source (READ_ONLY)`);
    } catch (error) {
      throw damaged(
        databasePath,
        null,
        `DuckDB cannot open it (${firstLine(error)})`,
        'Close the program that writes to it, or export it with a DuckDB of a version near 1.5.',
      );
    }
    await connection.run('USE source');
    await refuseWriting(connection, query);
    try {
      const { rows } = await copyRows(connection, `${query}\n`, destinationPath);
      return { rows };
    } catch (error) {
      signal.throwIfAborted();
      throw asRefused(error, query);
    }
  });
}

/** @throws AppError INVALID_INPUT unless it is one statement that reads */
async function refuseWriting(connection: DuckDBConnection, query: string): Promise<void> {
  let kinds: StatementType[];
  try {
    const statements = await connection.extractStatements(query);
    kinds = [];
    for (let index = 0; index < statements.count; index++) {
      const prepared = await statements.prepare(index);
      kinds.push(prepared.statementType);
      prepared.destroySync();
    }
  } catch (error) {
    throw asRefused(error, query);
  }
  if (kinds.length !== 1 || kinds[0] !== StatementType.SELECT) {
    throw new AppError('INVALID_INPUT', 'The query must be one statement that reads (SELECT, WITH, FROM).', {
      nextStep: 'Leave out the semicolon and what follows it, and everything that changes data.',
      details: { value: query.slice(0, 200) },
    });
  }
}

function asRefused(error: unknown, query: string): unknown {
  if (!(error instanceof Error) || /^(Out of Memory|INTERRUPT|IO Error)/.test(error.message)) return error;
  return new AppError('INVALID_INPUT', `DuckDB refuses the query: ${firstLine(error)}`, {
    nextStep: 'Correct the query; tables of the file need no prefix.',
    details: { value: query.slice(0, 200) },
    cause: error,
  });
}

const firstLine = (error: unknown): string => (error as Error).message.split('\n')[0]!;

async function checkMagic(databasePath: string): Promise<void> {
  const head = Buffer.alloc(12);
  const file = await fs.promises.open(databasePath, 'r').catch((error: unknown) => {
    throw fromSystemError(error, databasePath);
  });
  try {
    await file.read(head, 0, 12, 0);
  } finally {
    await file.close();
  }
  if (head.toString('latin1', 8, 12) !== MAGIC) throw damaged(databasePath, 8, 'this is no DuckDB database');
}
