import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 14,
  name: 'purging',
  sql: `
    /* When what was deleted was given up for good: the row stays, because others name it; what it held is gone. */
    ALTER TABLE runs ADD COLUMN purged_at INTEGER;
    ALTER TABLE dataset_versions ADD COLUMN purged_at INTEGER;
    CREATE INDEX run_artifacts_by_digest ON run_artifacts (digest);
  `,
};
