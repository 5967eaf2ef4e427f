import type { Migration } from './migration.ts';

/** Counts in run_keys what rows of a table are there, by project and key. */
function counted(table: string, kind: string): string {
  return `
    INSERT INTO run_keys (project_id, kind, key, runs)
      SELECT r.project_id, '${kind}', x.key, COUNT(*) FROM ${table} x JOIN runs r ON r.id = x.run_id GROUP BY 1, 3;
    CREATE TRIGGER ${table}_key_added AFTER INSERT ON ${table} BEGIN
      INSERT INTO run_keys (project_id, kind, key, runs)
        SELECT project_id, '${kind}', NEW.key, 1 FROM runs WHERE id = NEW.run_id
        ON CONFLICT DO UPDATE SET runs = runs + 1;
    END;
    CREATE TRIGGER ${table}_key_removed AFTER DELETE ON ${table} BEGIN
      UPDATE run_keys SET runs = runs - 1
        WHERE kind = '${kind}' AND key = OLD.key AND project_id = (SELECT project_id FROM runs WHERE id = OLD.run_id);
    END;`;
}

export const migration: Migration = {
  id: 10,
  name: 'search',
  sql: `
    /* how many runs have a metric, parameter or tag: a million rows cannot be counted at each key that a person types */
    CREATE TABLE run_keys (
      project_id    TEXT NOT NULL REFERENCES projects (id),
      kind          TEXT NOT NULL CHECK (kind IN ('metric', 'param', 'tag')),
      key           TEXT NOT NULL,
      runs          INTEGER NOT NULL,
      PRIMARY KEY (project_id, kind, key)
    ) STRICT, WITHOUT ROWID;
    ${counted('metric_keys', 'metric')}
    ${counted('run_params', 'param')}
    ${counted('run_tags', 'tag')}

    CREATE INDEX run_inputs_by_dataset ON run_inputs (dataset_name, version);

    CREATE TABLE run_views (
      id            TEXT PRIMARY KEY,
      project_id    TEXT NOT NULL REFERENCES projects (id),
      name          TEXT NOT NULL,
      filter        TEXT NOT NULL,
      /* JSON: how the table looks, as the contract has it */
      layout        TEXT NOT NULL,
      created_at    INTEGER NOT NULL,
      updated_at    INTEGER NOT NULL,
      UNIQUE (project_id, name)
    ) STRICT;
  `,
};
