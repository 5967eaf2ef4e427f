import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 9,
  name: 'transfer',
  sql: `
    /* what an imported run's sources are known by: the same source always leads to the same run */
    CREATE TABLE run_sources (
      format        TEXT NOT NULL,
      identity      TEXT NOT NULL,
      run_id        TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      PRIMARY KEY (format, identity)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX run_sources_by_run ON run_sources (run_id);

    /* how far a run's source was read, in words of its format: moved in the transaction that stores what was read */
    CREATE TABLE run_source_positions (
      run_id        TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      format        TEXT NOT NULL,
      position      TEXT NOT NULL,
      /* where it was read last; for people */
      path          TEXT NOT NULL,
      read_at       INTEGER NOT NULL,
      PRIMARY KEY (run_id, format)
    ) STRICT, WITHOUT ROWID;
  `,
};
