import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 8,
  name: 'tracking',
  sql: `
    /* What MLflow's clients call an experiment by; 0 is each project's experiment "Default". */
    ALTER TABLE experiments ADD COLUMN number INTEGER;
    ALTER TABLE experiments ADD COLUMN artifact_location TEXT;
    ALTER TABLE experiments ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE experiments ADD COLUMN deleted_at INTEGER;
    UPDATE experiments SET updated_at = created_at, number = CASE WHEN name = 'Default' THEN 0 ELSE
      (SELECT COUNT(*) FROM experiments o WHERE (o.created_at, o.id) <= (experiments.created_at, experiments.id)) END;
    CREATE UNIQUE INDEX experiments_by_number ON experiments (number) WHERE number > 0;

    CREATE TABLE experiment_tags (
      experiment_id TEXT NOT NULL REFERENCES experiments (id),
      key           TEXT NOT NULL,
      value         TEXT NOT NULL,
      PRIMARY KEY (experiment_id, key)
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE runs ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
    CREATE INDEX runs_by_experiment ON runs (experiment_id, started_at);

    /* Data that a client says a run read, known by name and digest in its experiment. */
    CREATE TABLE client_datasets (
      id            TEXT PRIMARY KEY,
      experiment_id TEXT NOT NULL REFERENCES experiments (id),
      name          TEXT NOT NULL,
      digest        TEXT NOT NULL,
      source_type   TEXT NOT NULL,
      source        TEXT NOT NULL,
      schema        TEXT,
      profile       TEXT,
      UNIQUE (experiment_id, name, digest)
    ) STRICT;

    CREATE TABLE run_client_datasets (
      run_id        TEXT NOT NULL REFERENCES runs (id),
      dataset_id    TEXT NOT NULL REFERENCES client_datasets (id),
      /* JSON: [{key, value}] */
      tags          TEXT NOT NULL,
      PRIMARY KEY (run_id, dataset_id)
    ) STRICT, WITHOUT ROWID;

    /* No reference to the model: a client may name one that is not here. */
    CREATE TABLE run_model_links (
      id            INTEGER PRIMARY KEY,
      run_id        TEXT NOT NULL REFERENCES runs (id),
      direction     TEXT NOT NULL CHECK (direction IN ('input', 'output')),
      model_id      TEXT NOT NULL,
      step          INTEGER NOT NULL,
      UNIQUE (run_id, direction, model_id)
    ) STRICT;

    /* A model that a run logged, before anybody registers it. */
    CREATE TABLE logged_models (
      id            TEXT PRIMARY KEY,
      experiment_id TEXT NOT NULL REFERENCES experiments (id),
      name          TEXT NOT NULL,
      model_type    TEXT NOT NULL,
      source_run_id TEXT NOT NULL,
      status        TEXT NOT NULL CHECK (status IN ('pending', 'ready', 'failed', 'unspecified')),
      created_at    INTEGER NOT NULL,
      updated_at    INTEGER NOT NULL,
      deleted_at    INTEGER
    ) STRICT;
    CREATE INDEX logged_models_by_experiment ON logged_models (experiment_id, created_at);
    CREATE INDEX logged_models_by_run ON logged_models (source_run_id);

    CREATE TABLE logged_model_params (
      model_id      TEXT NOT NULL REFERENCES logged_models (id),
      key           TEXT NOT NULL,
      value         TEXT NOT NULL,
      PRIMARY KEY (model_id, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE logged_model_tags (
      model_id      TEXT NOT NULL REFERENCES logged_models (id),
      key           TEXT NOT NULL,
      value         TEXT NOT NULL,
      PRIMARY KEY (model_id, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE logged_model_metrics (
      model_id      TEXT NOT NULL REFERENCES logged_models (id),
      run_id        TEXT NOT NULL,
      key           TEXT NOT NULL,
      step          INTEGER NOT NULL,
      time          INTEGER NOT NULL,
      /* NULL stands for NaN */
      value         REAL,
      dataset_name  TEXT,
      dataset_digest TEXT,
      PRIMARY KEY (model_id, key, time, step, run_id)
    ) STRICT, WITHOUT ROWID;

    /* Files that clients uploaded and that belong to no run: of logged models (owner is the model's id) and others (''). */
    CREATE TABLE client_files (
      id            TEXT PRIMARY KEY,
      owner         TEXT NOT NULL,
      path          TEXT NOT NULL,
      size_bytes    INTEGER NOT NULL,
      digest        TEXT NOT NULL,
      created_at    INTEGER NOT NULL,
      UNIQUE (owner, path)
    ) STRICT;
    CREATE INDEX client_files_by_digest ON client_files (digest);

    ALTER TABLE models ADD COLUMN description TEXT NOT NULL DEFAULT '';
    CREATE TABLE model_tags (
      model_id      TEXT NOT NULL REFERENCES models (id),
      key           TEXT NOT NULL,
      value         TEXT NOT NULL,
      PRIMARY KEY (model_id, key)
    ) STRICT, WITHOUT ROWID;

    /* Where a client says the version's files are; NULL for one that Lathe registered. */
    ALTER TABLE model_versions ADD COLUMN source TEXT;
    ALTER TABLE model_versions ADD COLUMN storage_location TEXT;
    ALTER TABLE model_versions ADD COLUMN run_link TEXT NOT NULL DEFAULT '';
    ALTER TABLE model_versions ADD COLUMN stage TEXT NOT NULL DEFAULT 'None';
    ALTER TABLE model_versions ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
    /* The row stays: a version's number is never given again. */
    ALTER TABLE model_versions ADD COLUMN deleted_at INTEGER;
    UPDATE model_versions SET updated_at = created_at;
    CREATE TABLE model_version_tags (
      version_id    TEXT NOT NULL REFERENCES model_versions (id),
      key           TEXT NOT NULL,
      value         TEXT NOT NULL,
      PRIMARY KEY (version_id, key)
    ) STRICT, WITHOUT ROWID;
  `,
};
