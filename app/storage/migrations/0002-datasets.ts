import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 2,
  name: 'datasets',
  sql: `
    CREATE TABLE datasets (
      id            TEXT PRIMARY KEY,
      project_id    TEXT NOT NULL REFERENCES projects (id),
      name          TEXT NOT NULL,
      created_at    INTEGER NOT NULL,
      updated_at    INTEGER NOT NULL,
      deleted_at    INTEGER
    ) STRICT;
    /* a deleted data set gives its name free */
    CREATE UNIQUE INDEX datasets_by_name ON datasets (project_id, name) WHERE deleted_at IS NULL;

    CREATE TABLE dataset_versions (
      id            TEXT PRIMARY KEY,
      dataset_id    TEXT NOT NULL REFERENCES datasets (id),
      version       INTEGER NOT NULL,
      /* of the manifest, which is an object itself */
      digest        TEXT NOT NULL,
      message       TEXT NOT NULL,
      rows          INTEGER,
      columns       TEXT NOT NULL,
      profile       TEXT,
      files         INTEGER NOT NULL,
      size_bytes    INTEGER NOT NULL,
      source        TEXT NOT NULL,
      created_at    INTEGER NOT NULL,
      UNIQUE (dataset_id, version),
      UNIQUE (dataset_id, digest)
    ) STRICT;

    /* every object that a version keeps alive, its manifest among them */
    CREATE TABLE dataset_objects (
      version_id    TEXT NOT NULL REFERENCES dataset_versions (id),
      digest        TEXT NOT NULL,
      size_bytes    INTEGER NOT NULL,
      PRIMARY KEY (version_id, digest)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX dataset_objects_by_digest ON dataset_objects (digest);
  `,
};
