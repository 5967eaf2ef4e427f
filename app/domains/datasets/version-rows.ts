import type { DatasetVersion, VersionPointer } from '../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId, Digest } from '../../contract/ids.ts';
import type { SqlRow } from '../../kernel/ports/database.ts';

/** A version with all that is told of it, in one statement; the profile is left out, for it is large. */
export const VERSION = `
  SELECT v.id, v.dataset_id, d.name AS dataset_name, v.version, v.digest, v.message, v.author, v.rows, v.columns, v.format,
    v.file_column, v.label_column, v.files, v.size_bytes, v.source, v.created_at, v.deleted_at,
    (SELECT json_group_array(json_object('id', p.id, 'datasetId', p.dataset_id, 'datasetName', e.name, 'version', p.version)
       ORDER BY x.position)
     FROM dataset_parents x JOIN dataset_versions p ON p.id = x.parent_id JOIN datasets e ON e.id = p.dataset_id
     WHERE x.version_id = v.id) AS parents,
    (SELECT json_group_object(t.key, t.value ORDER BY t.key) FROM dataset_tags t WHERE t.version_id = v.id) AS tags,
    (SELECT json_group_array(a.alias ORDER BY a.alias) FROM dataset_aliases a WHERE a.version_id = v.id) AS aliases
  FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id`;

export interface VersionRow extends DatasetVersion {
  readonly deletedAt: number | null;
}

export function toVersionRow(row: SqlRow): VersionRow {
  return { ...toVersion(row), deletedAt: row.deleted_at === null ? null : Number(row.deleted_at) };
}

export function toVersion(row: SqlRow): DatasetVersion {
  return {
    id: row.id as DatasetVersionId,
    datasetId: row.dataset_id as DatasetId,
    datasetName: String(row.dataset_name),
    version: Number(row.version),
    digest: row.digest as Digest,
    message: String(row.message),
    author: String(row.author),
    parents: JSON.parse(String(row.parents)) as VersionPointer[],
    tags: JSON.parse(String(row.tags)) as Record<string, string>,
    aliases: JSON.parse(String(row.aliases)) as string[],
    rows: row.rows === null ? null : Number(row.rows),
    columns: JSON.parse(String(row.columns)),
    format: row.format as string | null,
    fileColumn: row.file_column as string | null,
    labelColumn: row.label_column as string | null,
    files: Number(row.files),
    sizeBytes: Number(row.size_bytes),
    source: String(row.source),
    createdAt: Number(row.created_at),
  };
}
