import type { ColumnProfile, Dataset, DatasetVersion } from '../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId, Digest, ProjectId } from '../../contract/ids.ts';
import type { Database, SqlRow } from '../../kernel/ports/database.ts';
import { toVersion, toVersionRow, VERSION, type VersionRow } from './version-rows.ts';

export interface DatasetRow {
  readonly id: DatasetId;
  readonly projectId: ProjectId;
  readonly name: string;
  readonly deletedAt: number | null;
}

export type NewVersion = Omit<DatasetVersion, 'datasetName' | 'parents' | 'aliases'> & {
  readonly parents: readonly DatasetVersionId[];
};

/** SQL of data sets and their versions; every function is one statement or a part of the caller's transaction. */
export function createDatasetRepository(database: Database) {
  const version = (row: SqlRow | undefined) => row && toVersion(row);

  const repository = {
    live: (project: ProjectId): DatasetRow[] =>
      database
        .prepare('SELECT * FROM datasets WHERE project_id = ? AND deleted_at IS NULL')
        .all(project)
        .map(toDatasetRow),
    byId(id: string): DatasetRow | undefined {
      const row = database.prepare('SELECT * FROM datasets WHERE id = ?').get(id);
      return row && toDatasetRow(row);
    },
    byName(project: ProjectId, name: string): DatasetRow | undefined {
      const row = database
        .prepare('SELECT * FROM datasets WHERE project_id = ? AND name = ? AND deleted_at IS NULL')
        .get(project, name);
      return row && toDatasetRow(row);
    },
    /** Last changed first. */
    list(project: ProjectId): Dataset[] {
      return database
        .prepare(
          `SELECT id FROM datasets WHERE project_id = ? AND deleted_at IS NULL
           ORDER BY updated_at DESC, id DESC`,
        )
        .all(project)
        .map((row) => repository.dataset(row.id as DatasetId));
    },
    dataset(id: DatasetId): Dataset {
      const row = database
        .prepare(
          `SELECT d.*,
             (SELECT COUNT(*) FROM dataset_versions v WHERE v.dataset_id = d.id AND v.deleted_at IS NULL) AS versions,
             (SELECT json_group_object(a.alias, v.version ORDER BY a.alias) FROM dataset_aliases a
              JOIN dataset_versions v ON v.id = a.version_id WHERE a.dataset_id = d.id) AS aliases
           FROM datasets d WHERE d.id = ?`,
        )
        .get(id)!;
      return {
        id,
        projectId: row.project_id as ProjectId,
        name: String(row.name),
        description: String(row.description),
        versions: Number(row.versions),
        latest: repository.latest(id)!,
        aliases: JSON.parse(String(row.aliases)),
        createdAt: Number(row.created_at),
        updatedAt: Number(row.updated_at),
      };
    },
    latest: (id: DatasetId) =>
      version(
        database
          .prepare(
            `${VERSION} WHERE v.dataset_id = ? AND v.deleted_at IS NULL ORDER BY v.version DESC LIMIT 1`,
          )
          .get(id),
      ),
    versions: (id: DatasetId): DatasetVersion[] =>
      database
        .prepare(`${VERSION} WHERE v.dataset_id = ? AND v.deleted_at IS NULL ORDER BY v.version DESC`)
        .all(id)
        .map(toVersion),
    version: (id: DatasetId, number: number) =>
      rowOf(database.prepare(`${VERSION} WHERE v.dataset_id = ? AND v.version = ?`).get(id, number)),
    versionById: (id: DatasetVersionId) => rowOf(database.prepare(`${VERSION} WHERE v.id = ?`).get(id)),
    versionByDigest: (id: DatasetId, digest: Digest) =>
      rowOf(database.prepare(`${VERSION} WHERE v.dataset_id = ? AND v.digest = ?`).get(id, digest)),
    /** Whether any data set has a version of this manifest, deleted ones too. */
    isVersion: (manifest: Digest): boolean =>
      database.prepare('SELECT 1 FROM dataset_versions WHERE digest = ? LIMIT 1').get(manifest) !== undefined,
    /** At most two: one is the version that is meant, two are too many. @param prefix hex digits */
    versionsByDigest: (id: DatasetId, prefix: string): DatasetVersion[] =>
      database
        .prepare(
          `${VERSION} WHERE v.dataset_id = ? AND v.deleted_at IS NULL AND v.digest >= ? AND v.digest < ? LIMIT 2`,
        )
        .all(id, prefix, `${prefix}g`)
        .map(toVersion),
    versionByAlias: (id: DatasetId, alias: string) =>
      version(
        database
          .prepare(
            `${VERSION} JOIN dataset_aliases n ON n.version_id = v.id WHERE n.dataset_id = ? AND n.alias = ?`,
          )
          .get(id, alias),
      ),
    /** The number that the next version gets; those of deleted versions are not given again. */
    nextNumber: (id: DatasetId): number =>
      1 +
      Number(
        database.prepare('SELECT MAX(version) AS last FROM dataset_versions WHERE dataset_id = ?').get(id)
          ?.last ?? 0,
      ),
    profile(id: DatasetVersionId): ColumnProfile[] | null {
      const row = database.prepare('SELECT profile FROM dataset_versions WHERE id = ?').get(id);
      return typeof row?.profile === 'string' ? JSON.parse(row.profile) : null;
    },
    insertDataset(id: DatasetId, project: ProjectId, name: string, now: number): void {
      database
        .prepare('INSERT INTO datasets (id, project_id, name, created_at, updated_at) VALUES (?, ?, ?, ?, ?)')
        .run(id, project, name, now, now);
    },
    insertVersion(added: NewVersion): void {
      database
        .prepare(
          `INSERT INTO dataset_versions
             (id, dataset_id, version, digest, message, author, rows, columns, format, file_column, label_column, files,
              size_bytes, source, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          added.id,
          added.datasetId,
          added.version,
          added.digest,
          added.message,
          added.author,
          added.rows,
          JSON.stringify(added.columns),
          added.format,
          added.fileColumn,
          added.labelColumn,
          added.files,
          added.sizeBytes,
          added.source,
          added.createdAt,
        );
      const parent = database.prepare(
        'INSERT OR IGNORE INTO dataset_parents (version_id, position, parent_id) VALUES (?, ?, ?)',
      );
      added.parents.forEach((parentId, position) => {
        parent.run(added.id, position, parentId);
      });
      repository.setTags(added.id, added.tags);
      repository.touch(added.datasetId, added.createdAt);
    },
    setTags(id: DatasetVersionId, tags: Readonly<Record<string, string>>): void {
      const tag = database.prepare(
        'INSERT INTO dataset_tags (version_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
      );
      for (const [key, value] of Object.entries(tags)) tag.run(id, key, value);
    },
    /** How many of them were there. */
    removeTags: (id: DatasetVersionId, keys: readonly string[]): number =>
      Number(
        database
          .prepare(
            'DELETE FROM dataset_tags WHERE version_id = ? AND key IN (SELECT value FROM json_each(?))',
          )
          .run(id, JSON.stringify(keys)).changes,
      ),
    setAlias(id: DatasetId, alias: string, versionId: DatasetVersionId): void {
      database
        .prepare(
          `INSERT INTO dataset_aliases (dataset_id, alias, version_id) VALUES (?, ?, ?)
           ON CONFLICT DO UPDATE SET version_id = excluded.version_id`,
        )
        .run(id, alias, versionId);
    },
    setProfile(id: DatasetVersionId, profile: readonly ColumnProfile[]): void {
      database
        .prepare('UPDATE dataset_versions SET profile = ? WHERE id = ?')
        .run(JSON.stringify(profile), id);
    },
    removeAlias(id: DatasetId, alias: string): void {
      database.prepare('DELETE FROM dataset_aliases WHERE dataset_id = ? AND alias = ?').run(id, alias);
    },
    setDescription(id: DatasetId, description: string): void {
      database.prepare('UPDATE datasets SET description = ? WHERE id = ?').run(description, id);
    },
    touch(id: DatasetId, now: number): void {
      database.prepare('UPDATE datasets SET updated_at = ? WHERE id = ?').run(now, id);
    },
    setDeleted(id: DatasetId, deletedAt: number | null): void {
      database.prepare('UPDATE datasets SET deleted_at = ? WHERE id = ?').run(deletedAt, id);
    },
    /** A version that comes back is also no longer given up. */
    setVersionDeleted(id: DatasetVersionId, deletedAt: number | null): void {
      database
        .prepare('UPDATE dataset_versions SET deleted_at = ?, purged_at = NULL WHERE id = ?')
        .run(deletedAt, id);
    },
    /** Whether its contents were given up for good. */
    isPurged: (id: DatasetVersionId): boolean =>
      database.prepare('SELECT purged_at FROM dataset_versions WHERE id = ?').get(id)?.purged_at != null,
    /** Manifests of every version that is not deleted, of the whole workspace; `except` leaves out data sets or versions by id. */
    manifests: (except: readonly string[] = []): Digest[] =>
      database
        .prepare(
          `SELECT DISTINCT v.digest FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id
           WHERE d.deleted_at IS NULL AND v.deleted_at IS NULL
             AND v.id NOT IN (SELECT value FROM json_each(?)) AND d.id NOT IN (SELECT value FROM json_each(?))
           ORDER BY v.digest`,
        )
        .all(JSON.stringify(except), JSON.stringify(except))
        .map((row) => row.digest as Digest),
  };
  return repository;
}

export type DatasetRepository = ReturnType<typeof createDatasetRepository>;

function rowOf(row: SqlRow | undefined): VersionRow | undefined {
  return row && toVersionRow(row);
}

function toDatasetRow(row: SqlRow): DatasetRow {
  return {
    id: row.id as DatasetId,
    projectId: row.project_id as ProjectId,
    name: String(row.name),
    deletedAt: row.deleted_at === null ? null : Number(row.deleted_at),
  };
}
