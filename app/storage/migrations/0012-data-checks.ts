import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 12,
  name: 'data-checks',
  sql: `
    CREATE TABLE dataset_expectations (
      id            TEXT PRIMARY KEY,
      dataset_id    TEXT NOT NULL REFERENCES datasets (id),
      severity      TEXT NOT NULL CHECK (severity IN ('block', 'warn')),
      /* JSON, as the contract has it */
      definition    TEXT NOT NULL,
      UNIQUE (dataset_id, definition)
    ) STRICT;

    /* how checks came out over a content: a version's, or one whose import was refused */
    CREATE TABLE dataset_check_reports (
      dataset_id    TEXT NOT NULL REFERENCES datasets (id),
      digest        TEXT NOT NULL,
      occasion      TEXT NOT NULL CHECK (occasion IN ('import', 'training', 'asked')),
      at            INTEGER NOT NULL,
      revision      TEXT NOT NULL,
      rows          INTEGER,
      blocked       INTEGER NOT NULL,
      outcomes      TEXT NOT NULL,
      PRIMARY KEY (dataset_id, digest, occasion)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE dataset_splits (
      version_id    TEXT NOT NULL REFERENCES dataset_versions (id),
      name          TEXT NOT NULL,
      /* JSON, as the contract has it: these four */
      spec          TEXT NOT NULL,
      parts         TEXT NOT NULL,
      classes       TEXT,
      leakage       TEXT NOT NULL,
      rows          INTEGER NOT NULL,
      digest        TEXT NOT NULL,
      /* which part each row is in, as native/tables/checks packs it */
      assignment    BLOB NOT NULL,
      created_at    INTEGER NOT NULL,
      PRIMARY KEY (version_id, name)
    ) STRICT;

    /* JSON {name, fold, digest}: the split that a run took of this input */
    ALTER TABLE run_inputs ADD COLUMN split TEXT;
    CREATE INDEX run_inputs_by_split ON run_inputs (dataset_version_id) WHERE split IS NOT NULL;
  `,
};
