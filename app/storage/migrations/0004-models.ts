import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 4,
  name: 'models',
  sql: `
    CREATE TABLE models (
      id            TEXT PRIMARY KEY,
      project_id    TEXT NOT NULL REFERENCES projects (id),
      name          TEXT NOT NULL,
      created_at    INTEGER NOT NULL,
      updated_at    INTEGER NOT NULL,
      UNIQUE (project_id, name)
    ) STRICT;

    /* a version never changes once it is there */
    CREATE TABLE model_versions (
      id            TEXT PRIMARY KEY,
      model_id      TEXT NOT NULL REFERENCES models (id),
      version       INTEGER NOT NULL CHECK (version > 0),
      digest        TEXT NOT NULL,
      size_bytes    INTEGER NOT NULL,
      signature     TEXT NOT NULL,
      task          TEXT,
      labels        TEXT,
      /* no reference: a run may be deleted for good while its model lives on */
      run_id        TEXT,
      run_name      TEXT,
      metrics       TEXT NOT NULL,
      description   TEXT NOT NULL,
      metadata      TEXT NOT NULL,
      created_at    INTEGER NOT NULL,
      UNIQUE (model_id, version)
    ) STRICT;
    CREATE INDEX model_versions_by_run ON model_versions (run_id);
    CREATE INDEX model_versions_by_digest ON model_versions (digest);

    CREATE TABLE model_aliases (
      model_id      TEXT NOT NULL REFERENCES models (id),
      alias         TEXT NOT NULL,
      version       INTEGER NOT NULL,
      PRIMARY KEY (model_id, alias),
      FOREIGN KEY (model_id, version) REFERENCES model_versions (model_id, version)
    ) STRICT, WITHOUT ROWID;
  `,
};
