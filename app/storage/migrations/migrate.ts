import { AppError } from '../../kernel/app-error.ts';
import type { Database } from '../../kernel/ports/database.ts';
import { migrations } from './index.ts';

/** The schema that this Lathe writes. */
export const schemaVersion = migrations.length;

/**
 * Bring a database to this Lathe's schema. Each migration is one transaction together with its version number, so a
 * kill at any instruction leaves either the old schema or the new one.
 *
 * @throws AppError WORKSPACE_TOO_NEW if a newer Lathe wrote it
 */
export function migrate(database: Database, upTo: number = schemaVersion): void {
  const current = readVersion(database);
  if (current > schemaVersion) {
    throw new AppError(
      'WORKSPACE_TOO_NEW',
      `This workspace has schema ${current}; this Lathe knows schemas up to ${schemaVersion}.`,
      { details: { schema: current, known: schemaVersion } },
    );
  }
  for (const migration of migrations.slice(current, upTo)) {
    database.transaction(() => {
      database.exec(migration.sql);
      migration.move?.(database);
      database.exec(`PRAGMA user_version = ${migration.id}`);
    });
  }
}

export function readVersion(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}
