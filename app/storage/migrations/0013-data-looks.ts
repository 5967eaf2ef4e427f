import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 13,
  name: 'data-looks',
  sql: `
    /* What was worked out about contents and can be worked out again; a digest is that of a version's manifest. */
    CREATE TABLE column_statistics (
      digest        TEXT NOT NULL,
      place         INTEGER NOT NULL,
      name          TEXT NOT NULL,
      /* JSON, as the contract has it */
      statistics    TEXT NOT NULL,
      PRIMARY KEY (digest, place)
    ) STRICT, WITHOUT ROWID;
    /* written after the last of its columns; another method makes it void */
    CREATE TABLE table_profiles (
      digest        TEXT PRIMARY KEY,
      method        INTEGER NOT NULL,
      rows          INTEGER NOT NULL,
      columns       INTEGER NOT NULL,
      made_at       INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    /* duplicates of a content, differences of two */
    CREATE TABLE table_findings (
      kind          TEXT NOT NULL CHECK (kind IN ('duplicates', 'difference')),
      /* JSON: digests and options */
      key           TEXT NOT NULL,
      method        INTEGER NOT NULL,
      result        TEXT NOT NULL,
      made_at       INTEGER NOT NULL,
      PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX table_findings_by_age ON table_findings (made_at);

    CREATE TABLE saved_queries (
      id            TEXT PRIMARY KEY,
      project_id    TEXT NOT NULL REFERENCES projects (id),
      name          TEXT NOT NULL,
      query         TEXT NOT NULL,
      /* JSON: how its result is shown */
      display       TEXT NOT NULL,
      created_at    INTEGER NOT NULL,
      updated_at    INTEGER NOT NULL,
      UNIQUE (project_id, name)
    ) STRICT;
  `,
};
