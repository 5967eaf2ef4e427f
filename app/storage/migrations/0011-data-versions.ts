import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 11,
  name: 'data-versions',
  sql: `
    ALTER TABLE datasets ADD COLUMN description TEXT NOT NULL DEFAULT '';

    ALTER TABLE dataset_versions ADD COLUMN author TEXT NOT NULL DEFAULT '';
    /* what its files were recognised as; null: just files, or made before this was recorded */
    ALTER TABLE dataset_versions ADD COLUMN format TEXT;
    ALTER TABLE dataset_versions ADD COLUMN file_column TEXT;
    ALTER TABLE dataset_versions ADD COLUMN label_column TEXT;
    ALTER TABLE dataset_versions ADD COLUMN deleted_at INTEGER;

    /* what a version was made from or follows, in order */
    CREATE TABLE dataset_parents (
      version_id    TEXT NOT NULL REFERENCES dataset_versions (id),
      position      INTEGER NOT NULL,
      parent_id     TEXT NOT NULL REFERENCES dataset_versions (id),
      PRIMARY KEY (version_id, position),
      UNIQUE (version_id, parent_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX dataset_parents_by_parent ON dataset_parents (parent_id);
    INSERT INTO dataset_parents (version_id, position, parent_id)
      SELECT v.id, 0, p.id FROM dataset_versions v JOIN dataset_versions p ON p.dataset_id = v.dataset_id
      WHERE p.version = (SELECT MAX(b.version) FROM dataset_versions b WHERE b.dataset_id = v.dataset_id AND b.version < v.version);

    CREATE TABLE dataset_tags (
      version_id    TEXT NOT NULL REFERENCES dataset_versions (id),
      key           TEXT NOT NULL,
      value         TEXT NOT NULL,
      PRIMARY KEY (version_id, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE dataset_aliases (
      dataset_id    TEXT NOT NULL REFERENCES datasets (id),
      alias         TEXT NOT NULL,
      version_id    TEXT NOT NULL REFERENCES dataset_versions (id),
      PRIMARY KEY (dataset_id, alias)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX dataset_aliases_by_version ON dataset_aliases (version_id);

    CREATE INDEX dataset_versions_by_digest ON dataset_versions (digest);
  `,
};
