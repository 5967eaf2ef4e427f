import SqliteDatabase from 'better-sqlite3';

/**
 * An exclusive lock on a file that the operating system takes back when the process ends, however it ends. It is
 * SQLite's own lock on an empty database, because Node has no file locks and SQLite's work the same everywhere.
 *
 * @returns the release, or null when another process holds the lock
 */
export function tryLockFile(filePath: string): (() => void) | null {
  const connection = new SqliteDatabase(filePath, { timeout: 0 });
  try {
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  return () => {
    connection.exec('ROLLBACK');
    connection.close();
  };
}
