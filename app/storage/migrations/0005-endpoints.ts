import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 5,
  name: 'endpoints',
  sql: `
    CREATE TABLE endpoints (
      id            TEXT PRIMARY KEY,
      project_id    TEXT NOT NULL REFERENCES projects (id),
      /* stands in the URL, so it is unique in the whole workspace */
      name          TEXT NOT NULL UNIQUE,
      model_version_id TEXT NOT NULL REFERENCES model_versions (id),
      /* what the user wants; whether it is so is known only while a host runs */
      desired       TEXT NOT NULL CHECK (desired IN ('serving', 'stopped')),
      failure       TEXT,
      created_at    INTEGER NOT NULL,
      started_at    INTEGER
    ) STRICT;
  `,
};
