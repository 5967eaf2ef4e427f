import SqliteDatabase from 'better-sqlite3';
import { AppError } from '../../app/kernel/app-error.ts';
import type { SqlRow, SqlValue } from '../../app/kernel/ports/database.ts';

/** A SQLite file of somebody else's: nothing is written, and nothing in it can make us run more than the statement given. */
export interface ReadOnlyDatabase {
  /** Numbers come as doubles. @throws AppError DATA_MALFORMED */
  all(sql: string, ...parameters: SqlValue[]): SqlRow[];
  close(): void;
}

/**
 * @throws AppError PATH_NOT_FOUND, DATA_MALFORMED if it is no SQLite file or is damaged
 */
export function openReadOnlyDatabase(filePath: string): ReadOnlyDatabase {
  const translating = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw new AppError('DATA_MALFORMED', `SQLite cannot read ${filePath}: ${(error as Error).message}.`, {
        nextStep:
          'Name a complete SQLite file; where another program has it open, copy it with that program closed.',
        details: { path: filePath },
        cause: error,
      });
    }
  };
  const connection = translating(() => {
    const opened = new SqliteDatabase(filePath, { readonly: true, fileMustExist: true, timeout: 5000 });
    opened.pragma('trusted_schema = OFF');
    opened.pragma('query_only = ON');
    return opened;
  });
  return {
    all: (sql, ...parameters) => translating(() => connection.prepare(sql).all(...parameters) as SqlRow[]),
    close: () => void connection.close(),
  };
}
