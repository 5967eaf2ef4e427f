import fs from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import type { StoreDamage } from '../../../app/kernel/ports/data-store.ts';
import type { StorePaths } from '../store-paths.ts';

/** Why the index's file cannot be read, or null. What it tells is compared with the packs elsewhere. */
export function faultOfIndex({ index }: StorePaths): string | null {
  let database: SqliteDatabase.Database | undefined;
  try {
    database = new SqliteDatabase(index, { timeout: 10_000, fileMustExist: true });
    const told = String(database.pragma('quick_check(1)', { simple: true }));
    return told === 'ok' ? null : told;
  } catch (error) {
    return (error as Error).message;
  } finally {
    database?.close();
  }
}

export function indexDamage(reason: string): StoreDamage {
  return { kind: 'index', name: 'index.db', reason, contents: [], repaired: null };
}

/** Nobody may have it open. The next to open the store makes it again. */
export function removeIndex({ index }: StorePaths): void {
  for (const ending of ['', '-wal', '-shm', '-journal']) fs.rmSync(`${index}${ending}`, { force: true });
}
