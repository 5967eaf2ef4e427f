import type { ColumnProfile, Dataset, DatasetVersion } from '../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId, Digest, ProjectId } from '../../contract/ids.ts';
import type { Database, SqlRow } from '../../kernel/ports/database.ts';

export interface DatasetRow {
  readonly id: DatasetId;
  readonly projectId: ProjectId;
  readonly name: string;
  readonly deletedAt: number | null;
}

export type NewVersion = Omit<DatasetVersion, 'datasetName'> & {
  readonly profile: readonly ColumnProfile[] | null;
  readonly objects: readonly { readonly digest: Digest; readonly sizeBytes: number }[];
};

const VERSION =
  'SELECT v.*, d.name AS dataset_name FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id';

/** SQL of data sets; every function is one statement or a part of the caller's transaction. */
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
          `SELECT d.*, (SELECT COUNT(*) FROM dataset_versions v WHERE v.dataset_id = d.id) AS versions
           FROM datasets d WHERE d.id = ?`,
        )
        .get(id)!;
      return {
        id,
        projectId: row.project_id as ProjectId,
        name: String(row.name),
        versions: Number(row.versions),
        latest: repository.latest(id)!,
        createdAt: Number(row.created_at),
        updatedAt: Number(row.updated_at),
      };
    },
    latest: (id: DatasetId) =>
      version(database.prepare(`${VERSION} WHERE v.dataset_id = ? ORDER BY v.version DESC LIMIT 1`).get(id)),
    versions: (id: DatasetId): DatasetVersion[] =>
      database.prepare(`${VERSION} WHERE v.dataset_id = ? ORDER BY v.version DESC`).all(id).map(toVersion),
    version: (id: DatasetId, number: number) =>
      version(database.prepare(`${VERSION} WHERE v.dataset_id = ? AND v.version = ?`).get(id, number)),
    versionById: (id: DatasetVersionId) => version(database.prepare(`${VERSION} WHERE v.id = ?`).get(id)),
    versionByDigest: (id: DatasetId, digest: Digest) =>
      version(database.prepare(`${VERSION} WHERE v.dataset_id = ? AND v.digest = ?`).get(id, digest)),
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
             (id, dataset_id, version, digest, message, rows, columns, profile, files, size_bytes, source, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          added.id,
          added.datasetId,
          added.version,
          added.digest,
          added.message,
          added.rows,
          JSON.stringify(added.columns),
          added.profile && JSON.stringify(added.profile),
          added.files,
          added.sizeBytes,
          added.source,
          added.createdAt,
        );
      const object = database.prepare(
        'INSERT OR IGNORE INTO dataset_objects (version_id, digest, size_bytes) VALUES (?, ?, ?)',
      );
      for (const { digest, sizeBytes } of added.objects) object.run(added.id, digest, sizeBytes);
      database
        .prepare('UPDATE datasets SET updated_at = ? WHERE id = ?')
        .run(added.createdAt, added.datasetId);
    },
    setDeleted(id: DatasetId, deletedAt: number | null): void {
      database.prepare('UPDATE datasets SET deleted_at = ? WHERE id = ?').run(deletedAt, id);
    },
    /** Bytes of objects that this data set needs and no other that is not deleted. */
    exclusiveBytes(id: DatasetId): number {
      const row = database
        .prepare(
          `SELECT COALESCE(SUM(size_bytes), 0) AS bytes FROM (
             SELECT DISTINCT o.digest, o.size_bytes FROM dataset_objects o
             JOIN dataset_versions v ON v.id = o.version_id
             WHERE v.dataset_id = ? AND NOT EXISTS (
               SELECT 1 FROM dataset_objects p JOIN dataset_versions w ON w.id = p.version_id
               JOIN datasets d ON d.id = w.dataset_id
               WHERE p.digest = o.digest AND d.id <> ? AND d.deleted_at IS NULL))`,
        )
        .get(id, id);
      return Number(row?.bytes ?? 0);
    },
  };
  return repository;
}

export type DatasetRepository = ReturnType<typeof createDatasetRepository>;

function toDatasetRow(row: SqlRow): DatasetRow {
  return {
    id: row.id as DatasetId,
    projectId: row.project_id as ProjectId,
    name: String(row.name),
    deletedAt: row.deleted_at === null ? null : Number(row.deleted_at),
  };
}

function toVersion(row: SqlRow): DatasetVersion {
  return {
    id: row.id as DatasetVersionId,
    datasetId: row.dataset_id as DatasetId,
    datasetName: String(row.dataset_name),
    version: Number(row.version),
    digest: row.digest as Digest,
    message: String(row.message),
    rows: row.rows === null ? null : Number(row.rows),
    columns: JSON.parse(String(row.columns)),
    files: Number(row.files),
    sizeBytes: Number(row.size_bytes),
    source: String(row.source),
    createdAt: Number(row.created_at),
  };
}
