import fs from 'node:fs';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import type { QuerySource } from '../../../contract/data-sources.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { DatabaseQueries } from '../../../kernel/ports/database-queries.ts';
import { parquetTypeOf } from './postgres-types.ts';

const CONNECT_SECONDS = 15;

/** @throws AppError INVALID_INPUT for an address of another form, or one with a password in it */
export function postgresAddress(database: string): URL {
  const url = URL.canParse(database) ? new URL(database) : null;
  const isOne = url !== null && /^postgres(ql)?:$/.test(url.protocol);
  if (isOne && url.password === '') return url;
  throw new AppError(
    'INVALID_INPUT',
    isOne
      ? 'The address of the database holds a password.'
      : `"${database}" is no address of a PostgreSQL database.`,
    {
      nextStep: isOne
        ? 'Leave it out and keep it as a credential: on the command line lathe credential set NAME, then --credential NAME.'
        : 'Write it as postgresql://user@host:5432/database.',
    },
  );
}

/**
 * Write the result of a query as Parquet, in a transaction that may only read. The statement is first prepared alone, which tells its columns and refuses several
 * statements; then the server sends its rows as CSV.
 */
export async function fetchPostgres(
  { database, query }: QuerySource,
  password: string | null,
  parts: {
    readonly spoolFolder: string;
    readonly destinationPath: string;
    readonly queries: DatabaseQueries;
    readonly signal: AbortSignal;
    readonly onProgress: (bytes: number, total: number | null) => void;
  },
): Promise<void> {
  const url = postgresAddress(database);
  const { signal } = parts;
  const csvPath = path.join(parts.spoolFolder, 'query.csv');
  const sql = postgres(url.href, {
    ...(password === null ? {} : { password }),
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    idle_timeout: 0,
    onnotice: () => {},
    connection: {
      application_name: 'lathe',
      datestyle: 'ISO',
      intervalstyle: 'iso_8601',
      bytea_output: 'hex',
      extra_float_digits: 1,
    },
  });
  const stop = () => void sql.end({ timeout: 0 });
  signal.addEventListener('abort', stop);
  try {
    await fs.promises.rm(csvPath, { force: true });
    const columns = await sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (transaction) => {
      const described = await transaction.unsafe(query).describe();
      if (described.columns.length === 0) throw notReading(query);
      const rows = await transaction.unsafe(`COPY (${query}\n) TO STDOUT (FORMAT csv)`).readable();
      let bytes = 0;
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length;
          parts.onProgress(bytes, null);
          done(null, chunk);
        },
      });
      await pipeline(rows, meter, fs.createWriteStream(csvPath, { mode: 0o600 }), { signal });
      return await namedTypes(transaction, described.columns as unknown as readonly DescribedColumn[]);
    });
    await parts.queries.fromText({ csvPath, destinationPath: parts.destinationPath, columns }, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw asFault(error, url, query);
  } finally {
    signal.removeEventListener('abort', stop);
    await sql.end({ timeout: 1 }).catch(() => {});
    await fs.promises.rm(csvPath, { force: true });
  }
}

/** A column of a prepared statement; `table` and `number` are 0 where it is an expression. */
interface DescribedColumn {
  readonly name: string;
  readonly type: number;
  readonly table: number;
  readonly number: number;
}

/** Types as DuckDB calls them. How many digits a `numeric` has is told by the table that the column is of. */
async function namedTypes(transaction: postgres.TransactionSql, columns: readonly DescribedColumn[]) {
  const tables = [...new Set(columns.map(({ table }) => table).filter((table) => table > 0))];
  const attributes =
    tables.length === 0
      ? []
      : await transaction<{ table: number; number: number; modifier: number }[]>`
          SELECT attrelid::int8::float8 AS table, attnum AS number, atttypmod AS modifier
          FROM pg_catalog.pg_attribute WHERE attrelid IN ${transaction(tables)}`;
  const modifiers = new Map(
    attributes.map(({ table, number, modifier }) => [`${table} ${number}`, modifier]),
  );
  return columns.map(({ name, type, table, number }) => ({
    name,
    type: parquetTypeOf(type, modifiers.get(`${table} ${number}`) ?? -1),
  }));
}

function notReading(query: string): AppError {
  return new AppError(
    'INVALID_INPUT',
    'The query must be one statement that gives rows (SELECT, WITH, VALUES, TABLE).',
    {
      nextStep: 'Leave out the semicolon and what follows it, and everything that changes data.',
      details: { value: query.slice(0, 200) },
    },
  );
}

/** By the classes of SQLSTATE (PostgreSQL's Appendix A). */
function asFault(error: unknown, { host }: URL, query: string): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  const details = { host, value: query.slice(0, 200) };
  if (/^28/.test(code)) {
    return new AppError('TARGET_FAILED', `${host} refuses the user: ${error.message}.`, {
      nextStep: 'Name a credential with the password (--credential NAME on the command line).',
      details: { host },
    });
  }
  if (/^25006/.test(code)) {
    return new AppError('INVALID_INPUT', `The query would change the database: ${error.message}.`, {
      nextStep: 'Ask only for rows.',
      details,
    });
  }
  if (/^(42|22|0A|21|3D|3F|26)/.test(code)) {
    return new AppError('INVALID_INPUT', `PostgreSQL refuses the query: ${error.message}.`, {
      nextStep: 'Correct the query.',
      details,
    });
  }
  if (/^(ENOSPC|EDQUOT)/.test(code))
    return new AppError('DISK_FULL', 'The disk is full: the result could not be written.', { cause: error });
  if (/^([0-9A-Z]{5}|E[A-Z]+|CONNECT.*|CONNECTION_.*)$/.test(code)) {
    return new AppError('TARGET_FAILED', `${host || 'PostgreSQL'} failed: ${error.message || code}.`, {
      nextStep: 'Check that the database runs and can be reached.',
      details: { host },
      cause: error,
    });
  }
  return error;
}
