import { describe, expect, it } from 'vitest';
import { AppError, fromSqliteError, fromSystemError } from './app-error.ts';

const file = '/home/you/Lathe/lathe.db';
const failing = (code: string) => Object.assign(new Error('told by SQLite'), { code });

describe('what SQLite says of a file', () => {
  it.each([
    ['SQLITE_FULL', 'DISK_FULL', 'Free some space'],
    ['SQLITE_IOERR', 'STORAGE_FAILED', 'Check the disk'],
    ['SQLITE_IOERR_WRITE', 'STORAGE_FAILED', 'Check the disk'],
    ['SQLITE_IOERR_FSYNC', 'STORAGE_FAILED', 'Check the disk'],
    ['SQLITE_IOERR_DIR_FSYNC', 'STORAGE_FAILED', 'Check the disk'],
    ['SQLITE_READONLY', 'STORAGE_FAILED', 'permission to write'],
    ['SQLITE_READONLY_DIRECTORY', 'STORAGE_FAILED', 'permission to write'],
    ['SQLITE_READONLY_DBMOVED', 'STORAGE_FAILED', 'Put the file back'],
    ['SQLITE_CANTOPEN', 'STORAGE_FAILED', 'the folder is there'],
    ['SQLITE_CANTOPEN_ISDIR', 'STORAGE_FAILED', 'the folder is there'],
    ['SQLITE_PERM', 'STORAGE_FAILED', 'the folder is there'],
    ['SQLITE_CORRUPT', 'STORAGE_FAILED', 'backup'],
    ['SQLITE_CORRUPT_INDEX', 'STORAGE_FAILED', 'backup'],
    ['SQLITE_NOTADB', 'STORAGE_FAILED', 'backup'],
    ['SQLITE_BUSY', 'NOT_READY', 'Close the program'],
    ['SQLITE_BUSY_SNAPSHOT', 'NOT_READY', 'Close the program'],
    ['SQLITE_LOCKED_SHAREDCACHE', 'NOT_READY', 'Close the program'],
  ] as const)('%s is %s, names the file and says what to do', (system, code, cure) => {
    const cause = failing(system);
    const fault = fromSystemError(cause, file);
    expect(fault).toBeInstanceOf(AppError);
    expect(fault).toMatchObject({
      code,
      message: expect.stringContaining(file),
      nextStep: expect.stringContaining(cure),
      details: { path: file, system },
      cause,
    });
  });

  it('is a bug where it is about a statement, and other errors come back as they are', () => {
    for (const code of ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR', 'SQLITE_MISUSE', 'ERR_ASSERTION']) {
      const error = failing(code);
      expect(fromSqliteError(error, file)).toBe(null);
      expect(fromSystemError(error, file)).toBe(error);
    }
    expect(fromSqliteError('words', file)).toBe(null);
    expect(fromSqliteError(undefined, file)).toBe(null);
  });
});
