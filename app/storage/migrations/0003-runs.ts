import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 3,
  name: 'runs',
  sql: `
    CREATE TABLE experiments (
      id            TEXT PRIMARY KEY,
      project_id    TEXT NOT NULL REFERENCES projects (id),
      name          TEXT NOT NULL,
      created_at    INTEGER NOT NULL,
      UNIQUE (project_id, name)
    ) STRICT;

    CREATE TABLE runs (
      id            TEXT PRIMARY KEY,
      project_id    TEXT NOT NULL REFERENCES projects (id),
      experiment_id TEXT NOT NULL REFERENCES experiments (id),
      name          TEXT NOT NULL,
      color         INTEGER NOT NULL,
      status        TEXT NOT NULL CHECK (status IN ('queued','running','finished','failed','cancelled','lost')),
      template      TEXT NOT NULL,
      target        TEXT NOT NULL,
      progress      TEXT NOT NULL,
      failure       TEXT,
      environment   TEXT NOT NULL,
      parent_run_id TEXT,
      job_id        TEXT,
      /* what the executor needs to find the process again */
      handle        TEXT,
      checkpoint_step INTEGER,
      created_at    INTEGER NOT NULL,
      started_at    INTEGER,
      ended_at      INTEGER,
      deleted_at    INTEGER
    ) STRICT;
    CREATE INDEX runs_by_project ON runs (project_id, deleted_at, created_at);
    CREATE INDEX runs_by_status ON runs (status) WHERE status IN ('queued', 'running');

    CREATE TABLE run_params (
      run_id        TEXT NOT NULL REFERENCES runs (id),
      key           TEXT NOT NULL,
      value         TEXT NOT NULL,
      PRIMARY KEY (run_id, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE run_tags (
      run_id        TEXT NOT NULL REFERENCES runs (id),
      key           TEXT NOT NULL,
      value         TEXT NOT NULL,
      PRIMARY KEY (run_id, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE run_inputs (
      run_id        TEXT NOT NULL REFERENCES runs (id),
      dataset_version_id TEXT NOT NULL,
      dataset_name  TEXT NOT NULL,
      version       INTEGER NOT NULL,
      digest        TEXT NOT NULL,
      PRIMARY KEY (run_id, dataset_version_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE run_artifacts (
      id            TEXT PRIMARY KEY,
      run_id        TEXT NOT NULL REFERENCES runs (id),
      path          TEXT NOT NULL,
      size_bytes    INTEGER NOT NULL,
      digest        TEXT NOT NULL,
      created_at    INTEGER NOT NULL,
      UNIQUE (run_id, path)
    ) STRICT;

    /* how far each writer's journal was read: moved in the transaction that stores what was read */
    CREATE TABLE run_journals (
      run_id        TEXT NOT NULL REFERENCES runs (id),
      writer        TEXT NOT NULL,
      offset_bytes  INTEGER NOT NULL,
      PRIMARY KEY (run_id, writer)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE metric_keys (
      id            INTEGER PRIMARY KEY,
      run_id        TEXT NOT NULL REFERENCES runs (id),
      key           TEXT NOT NULL,
      points        INTEGER NOT NULL DEFAULT 0,
      last_step     INTEGER NOT NULL DEFAULT 0,
      last_time     INTEGER NOT NULL DEFAULT 0,
      /* NULL stands for NaN, which SQLite does not store; min and max leave NaN out */
      last_value    REAL,
      min_value     REAL,
      max_value     REAL,
      UNIQUE (run_id, key)
    ) STRICT;

    CREATE TABLE metric_points (
      metric_id     INTEGER NOT NULL REFERENCES metric_keys (id),
      seq           INTEGER NOT NULL,
      step          INTEGER NOT NULL,
      time          INTEGER NOT NULL,
      value         REAL,
      PRIMARY KEY (metric_id, seq)
    ) STRICT, WITHOUT ROWID;
  `,
};
