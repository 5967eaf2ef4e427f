import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 1,
  name: 'kernel',
  sql: `
    CREATE TABLE workspace (
      id            TEXT PRIMARY KEY,
      created_at    INTEGER NOT NULL,
      created_by    TEXT NOT NULL
    ) STRICT;

    CREATE TABLE settings (
      key           TEXT PRIMARY KEY,
      value         TEXT NOT NULL
    ) STRICT;

    CREATE TABLE projects (
      id            TEXT PRIMARY KEY,
      name          TEXT NOT NULL UNIQUE,
      created_at    INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE events (
      seq           INTEGER PRIMARY KEY,
      at            INTEGER NOT NULL,
      kind          TEXT NOT NULL,
      subject_kind  TEXT NOT NULL,
      subject_id    TEXT NOT NULL,
      data          TEXT NOT NULL,
      hash          TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_subject ON events (subject_kind, subject_id, seq);

    CREATE TABLE jobs (
      id            TEXT PRIMARY KEY,
      kind          TEXT NOT NULL,
      title         TEXT NOT NULL,
      state         TEXT NOT NULL CHECK (state IN ('queued','running','finished','failed','cancelled','lost')),
      run_id        TEXT,
      progress      TEXT NOT NULL,
      failure       TEXT,
      result        TEXT,
      created_at    INTEGER NOT NULL,
      started_at    INTEGER,
      ended_at      INTEGER
    ) STRICT;
    CREATE INDEX jobs_by_state ON jobs (state);
  `,
};
