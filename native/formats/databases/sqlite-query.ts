import fs from 'node:fs';
import SQLite from 'better-sqlite3';
import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';
import type { SqliteQuery } from '../../../app/kernel/ports/database-queries.ts';
import { sqlTypes } from '../../tables/column-types.ts';
import { copyRows } from '../../tables/copy-rows.ts';
import { identifier, inSession, rowsOf, text, writing } from '../../tables/duckdb-session.ts';
import { damaged } from '../files/damaged.ts';
import { writeRows } from '../table/table-sink.ts';
import type { TableColumn, TableValue, ValueType } from '../table/write-table.ts';

const WAITS_MS = 5000;

interface ColumnFacts {
  readonly name: string;
  /** As the table declares it; null for an expression. */
  readonly declared: string | null;
  readonly seen: Set<string>;
}

/**
 * Write the result of a query of an SQLite file, opened to read only, as Parquet. SQLite keeps a type with each value, so the rows are read twice in one
 * transaction: once to find the type that all values of a column have.
 */
export async function querySqlite(
  { databasePath, query, destinationPath }: SqliteQuery,
  signal: AbortSignal,
): Promise<{ rows: number }> {
  await fs.promises.access(databasePath, fs.constants.R_OK).catch((error: unknown) => {
    throw fromSystemError(error, databasePath);
  });
  const database = new SQLite(databasePath, { readonly: true, fileMustExist: true, timeout: WAITS_MS });
  try {
    database.unsafeMode(false);
    // Functions of loaded extensions and odd schemas are not run for a file from elsewhere.
    database.pragma('trusted_schema = OFF');
    database.exec('BEGIN');
    const statement = prepared(database, query);
    const facts = await survey(statement, signal);
    const columns = facts.map(
      (column): TableColumn => ({ name: column.name, type: typeOf(column, databasePath) }),
    );
    const staged = `${destinationPath}.rows.part`;
    try {
      const { rows } = await writeRows(staged, columns, signal, async (sink) => {
        for (const row of rowsIn(statement)) {
          const pause = sink.row(row.map((value, index) => cellOf(value, columns[index]!.type)));
          if (pause) await pause;
        }
      });
      const reach = { files: [staged, destinationPath], ...writing({ columns: columns.length }) };
      await inSession({ ...reach, beside: destinationPath, signal }, async (connection) => {
        const from = `read_parquet(${text(staged)})`;
        const selected: string[] = [];
        for (const [index, column] of facts.entries()) {
          selected.push(await expressionOf(column, columns[index]!.type, from, connection));
        }
        await copyRows(connection, `SELECT ${selected.join(', ')} FROM ${from}`, destinationPath);
      });
      return { rows };
    } finally {
      await fs.promises.rm(staged, { force: true });
    }
  } catch (error) {
    throw asFault(error, databasePath, query);
  } finally {
    database.close();
  }
}

function prepared(database: SQLite.Database, query: string): SQLite.Statement<[], unknown[]> {
  let statement: SQLite.Statement<[], unknown[]> | null = null;
  try {
    statement = database.prepare<[], unknown[]>(query);
  } catch (error) {
    // Its words for no statement and for several.
    if (!(error instanceof RangeError)) throw error;
  }
  if (statement?.reader && statement.readonly) return statement.safeIntegers(true).raw(true);
  throw new AppError('INVALID_INPUT', 'The query must be one statement that reads (SELECT, WITH, VALUES).', {
    nextStep: 'Leave out the semicolon and what follows it, and everything that changes data.',
    details: { value: query.slice(0, 200) },
  });
}

const rowsIn = (statement: SQLite.Statement<[], unknown[]>): IterableIterator<unknown[]> =>
  statement.iterate();

async function survey(
  statement: SQLite.Statement<[], unknown[]>,
  signal: AbortSignal,
): Promise<ColumnFacts[]> {
  const facts = statement
    .columns()
    .map(({ name, type }): ColumnFacts => ({ name, declared: type?.toUpperCase() ?? null, seen: new Set() }));
  let rows = 0;
  for (const row of rowsIn(statement)) {
    for (let index = 0; index < facts.length; index++) facts[index]!.seen.add(kindOf(row[index]));
    if (++rows % 10_000 === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  }
  return facts;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return value === 0n || value === 1n ? 'flag' : 'integer';
  if (typeof value === 'number') return 'number';
  return typeof value === 'string' ? 'text' : 'bytes';
}

function typeOf({ name, declared, seen }: ColumnFacts, databasePath: string): ValueType {
  if (seen.has('bytes')) {
    throw damaged(
      databasePath,
      null,
      `the column "${name}" holds bytes, which a table cannot show or train on`,
      `Leave it out of the query, or ask for hex("${name}").`,
    );
  }
  if (seen.has('text')) return 'text';
  if (seen.has('number')) return 'double';
  if (seen.has('integer') || seen.has('flag')) {
    return declared !== null && /^BOOL/.test(declared) && !seen.has('integer') ? 'boolean' : 'int64';
  }
  if (declared !== null && /INT/.test(declared)) return 'int64';
  return declared !== null && /REAL|FLOA|DOUB|NUM|DEC/.test(declared) ? 'double' : 'text';
}

function cellOf(value: unknown, type: ValueType): TableValue {
  if (value === null) return null;
  if (type === 'text') return String(value).replaceAll('\0', ' ');
  if (type === 'double') return Number(value);
  return type === 'boolean' ? value === 1n : (value as bigint);
}

/** Texts of a column that is declared as a time become times if every one of them is. */
async function expressionOf(
  { name, declared }: ColumnFacts,
  type: ValueType,
  from: string,
  connection: Parameters<typeof rowsOf>[0],
): Promise<string> {
  const value = identifier(name);
  if (type !== 'text' || declared === null || !/^(DATE|TIME)/.test(declared)) return value;
  const [counted] = await rowsOf(
    connection,
    `SELECT count(${value}), count(TRY_CAST(${value} AS TIMESTAMP)) FROM ${from}`,
  );
  const same = counted !== undefined && Number(counted[0]) > 0 && counted[0] === counted[1];
  return same ? `CAST(${value} AS ${sqlTypes.time}) AS ${value}` : value;
}

function asFault(error: unknown, databasePath: string, query: string): unknown {
  const code = (error as { code?: unknown }).code;
  if (error instanceof AppError || typeof code !== 'string' || !code.startsWith('SQLITE_')) return error;
  const { message } = error as Error;
  if (/^SQLITE_(NOTADB|CORRUPT|FORMAT)/.test(code))
    return damaged(databasePath, null, `SQLite cannot read it (${message})`);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new AppError('CONFLICT', `${databasePath} is locked by a program that writes to it.`, {
      nextStep: 'Try again when that program has finished.',
      details: { path: databasePath },
    });
  }
  if (/^SQLITE_(IOERR|FULL|CANTOPEN)/.test(code)) {
    return new AppError('PATH_UNREADABLE', `${databasePath} cannot be opened (${message}).`, {
      details: { path: databasePath },
    });
  }
  return new AppError('INVALID_INPUT', `SQLite refuses the query: ${message}`, {
    nextStep: 'Correct the query.',
    details: { value: query.slice(0, 200) },
    cause: error,
  });
}
