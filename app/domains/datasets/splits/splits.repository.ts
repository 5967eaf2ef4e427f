import type { DatasetSplit } from '../../../contract/data-splits.ts';
import type { DatasetVersionId, Digest } from '../../../contract/ids.ts';
import type { PackedAssignment } from '../../../kernel/ports/data-checks.ts';
import type { Database, SqlRow } from '../../../kernel/ports/database.ts';

const SPLIT = `SELECT s.version_id, s.name, s.spec, s.parts, s.classes, s.leakage, s.rows, s.digest, s.created_at,
  (SELECT COUNT(DISTINCT i.run_id) FROM run_inputs i
   WHERE i.split IS NOT NULL AND i.dataset_version_id = s.version_id AND json_extract(i.split, '$.name') = s.name) AS runs
  FROM dataset_splits s`;

/** SQL of splits; every function is one statement or a part of the caller's transaction. */
export function createSplitRepository(database: Database) {
  return {
    list: (version: DatasetVersionId): DatasetSplit[] =>
      database.prepare(`${SPLIT} WHERE s.version_id = ? ORDER BY s.name`).all(version).map(toSplit),
    find(version: DatasetVersionId, name: string): DatasetSplit | undefined {
      const row = database.prepare(`${SPLIT} WHERE s.version_id = ? AND s.name = ?`).get(version, name);
      return row && toSplit(row);
    },
    assignment: (version: DatasetVersionId, name: string): PackedAssignment =>
      database
        .prepare('SELECT assignment FROM dataset_splits WHERE version_id = ? AND name = ?')
        .get(version, name)!.assignment as Uint8Array,
    insert(split: Omit<DatasetSplit, 'runs'>, assignment: PackedAssignment): void {
      database
        .prepare(
          `INSERT INTO dataset_splits (version_id, name, spec, parts, classes, leakage, rows, digest, assignment, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          split.versionId,
          split.name,
          JSON.stringify(split.spec),
          JSON.stringify(split.parts),
          split.classes && JSON.stringify(split.classes),
          JSON.stringify(split.leakage),
          split.rows,
          split.digest,
          assignment,
          split.createdAt,
        );
    },
    remove(version: DatasetVersionId, name: string): void {
      database.prepare('DELETE FROM dataset_splits WHERE version_id = ? AND name = ?').run(version, name);
    },
  };
}

function toSplit(row: SqlRow): DatasetSplit {
  return {
    versionId: row.version_id as DatasetVersionId,
    name: String(row.name),
    spec: JSON.parse(String(row.spec)),
    digest: row.digest as Digest,
    rows: Number(row.rows),
    parts: JSON.parse(String(row.parts)),
    classes: row.classes === null ? null : JSON.parse(String(row.classes)),
    leakage: JSON.parse(String(row.leakage)),
    runs: Number(row.runs),
    createdAt: Number(row.created_at),
  };
}
