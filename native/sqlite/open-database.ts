import SqliteDatabase from 'better-sqlite3';
import { AppError, fromSqliteError } from '../../app/kernel/app-error.ts';
import type { Database, SqlRow, SqlValue, Statement } from '../../app/kernel/ports/database.ts';

/** Statements kept ready; filters that people write make ever new ones, and the oldest go. */
const MAX_STATEMENTS = 1000;

/**
 * Open (or create) the workspace's SQLite file: WAL, foreign keys on, and `synchronous = FULL`, so that a committed
 * transaction is on the disk before the call returns, also through a power cut.
 *
 * @throws AppError WORKSPACE_DAMAGED, DISK_FULL or STORAGE_FAILED, naming the file
 */
export function openDatabase(filePath: string): Database {
  const connection = translating(filePath, () => {
    const opened = new SqliteDatabase(filePath, { timeout: 5000 });
    opened.pragma('journal_mode = WAL');
    opened.pragma('synchronous = FULL');
    opened.pragma('foreign_keys = ON');
    opened.pragma('trusted_schema = OFF');
    // In KiB: what a search over all runs of a common workspace looks at, so that it is not read from the file each time.
    opened.pragma('cache_size = -65536');
    return opened;
  });
  const statements = new Map<string, Statement>();
  /** What waits for the end of the transaction in progress. */
  const committed: (() => void)[] = [];

  return {
    prepare(sql) {
      const known = statements.get(sql);
      if (known) return known;
      const statement = wrap(
        filePath,
        translating(filePath, () => connection.prepare(sql)),
      );
      statements.set(sql, statement);
      if (statements.size > MAX_STATEMENTS) statements.delete(statements.keys().next().value!);
      return statement;
    },
    exec: (sql) => translating(filePath, () => connection.exec(sql)),
    transaction(body) {
      if (connection.inTransaction) return body();
      try {
        const result = translating(filePath, () => connection.transaction(body).immediate());
        for (const action of committed.splice(0)) action();
        return result;
      } catch (error) {
        committed.length = 0;
        throw error;
      }
    },
    afterCommit(action) {
      if (connection.inTransaction) committed.push(action);
      else action();
    },
    close() {
      statements.clear();
      connection.close();
    },
  };
}

function wrap(filePath: string, statement: SqliteDatabase.Statement): Statement {
  return {
    run: (...parameters: SqlValue[]) => translating(filePath, () => statement.run(...parameters)),
    get: (...parameters) => translating(filePath, () => statement.get(...parameters) as SqlRow | undefined),
    all: (...parameters) => translating(filePath, () => statement.all(...parameters) as SqlRow[]),
    iterate: (...parameters) => statement.iterate(...parameters) as IterableIterator<SqlRow>,
  };
}

function translating<T>(filePath: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fromSqlite(error, filePath);
  }
}

function fromSqlite(error: unknown, filePath: string): unknown {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string' || error instanceof AppError) return error;
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return new AppError(
      'WORKSPACE_DAMAGED',
      `${filePath} is damaged or is not a Lathe workspace (${code}).`,
      { details: { path: filePath, system: code }, cause: error },
    );
  }
  return fromSqliteError(error, filePath) ?? error;
}
