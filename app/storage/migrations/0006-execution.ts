import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 6,
  name: 'execution',
  sql: `
    /* JSON unless said otherwise */
    ALTER TABLE runs ADD COLUMN recipe TEXT;
    ALTER TABLE runs ADD COLUMN code TEXT;
    ALTER TABLE runs ADD COLUMN resources TEXT NOT NULL
      DEFAULT '{"cpus":null,"memoryBytes":null,"gpus":0,"shareGpus":false,"shmBytes":null,"timeLimitMs":null}';
    ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
    /* epoch milliseconds */
    ALTER TABLE runs ADD COLUMN not_before INTEGER;
    ALTER TABLE runs ADD COLUMN after_runs TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE runs ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE runs ADD COLUMN gpus TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE runs ADD COLUMN checks TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE runs ADD COLUMN summary TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE runs ADD COLUMN preflight INTEGER NOT NULL DEFAULT 0;
    /* run id */
    ALTER TABLE runs ADD COLUMN reproduces TEXT;
    ALTER TABLE runs ADD COLUMN watt_hours REAL;
    ALTER TABLE runs ADD COLUMN sampled_ms INTEGER NOT NULL DEFAULT 0;

    ALTER TABLE run_artifacts ADD COLUMN kind TEXT NOT NULL DEFAULT 'file';
    ALTER TABLE run_artifacts ADD COLUMN key TEXT;
    ALTER TABLE run_artifacts ADD COLUMN step INTEGER;

    /* One version may be read under two names. */
    CREATE TABLE named_run_inputs (
      run_id        TEXT NOT NULL REFERENCES runs (id),
      name          TEXT NOT NULL,
      dataset_version_id TEXT NOT NULL,
      dataset_name  TEXT NOT NULL,
      version       INTEGER NOT NULL,
      digest        TEXT NOT NULL,
      PRIMARY KEY (run_id, name)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO named_run_inputs
      SELECT run_id, CASE WHEN ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY dataset_name, version) = 1
                          THEN 'data' ELSE dataset_name || '-' || version END,
             dataset_version_id, dataset_name, version, digest
      FROM run_inputs;
    DROP TABLE run_inputs;
    ALTER TABLE named_run_inputs RENAME TO run_inputs;

    CREATE TABLE targets (
      id            TEXT PRIMARY KEY,
      name          TEXT NOT NULL UNIQUE,
      kind          TEXT NOT NULL CHECK (kind IN ('docker')),
      /* JSON: how to reach it; credentials are paths, never the secrets themselves */
      address       TEXT NOT NULL,
      created_at    INTEGER NOT NULL
    ) STRICT;
  `,
};
