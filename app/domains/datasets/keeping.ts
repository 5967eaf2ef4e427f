import type { Digest } from '../../contract/ids.ts';
import type { Core } from '../../kernel/core.ts';
import type { SqlRow } from '../../kernel/ports/database.ts';
import type { KeptThing, StorageKeeper } from '../../kernel/ports/storage-keeper.ts';

const VERSIONS = `SELECT v.id, v.version, v.digest, v.source, v.created_at, d.id AS dataset, d.name, d.project_id,
    MIN(COALESCE(v.deleted_at, d.deleted_at), COALESCE(d.deleted_at, v.deleted_at)) AS deleted_at
  FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id WHERE v.purged_at IS NULL`;

/** What data sets keep: each version its manifest, and with it all files. */
export function createDatasetKeeper({ database, events, clock }: Core): StorageKeeper {
  const toThing = (row: SqlRow): KeptThing => ({
    kind: 'dataset',
    id: String(row.id),
    name: `${row.name}@v${row.version}`,
    group: { id: String(row.dataset), name: String(row.name) },
    projectId: String(row.project_id),
    createdAt: Number(row.created_at),
    deletedAt: row.deleted_at === null ? null : Number(row.deleted_at),
    source: String(row.source),
    folder: null,
    manifests: [row.digest as Digest],
    contents: [],
  });

  return {
    things: async () => database.prepare(VERSIONS).all().map(toThing),
    async purge(deletedBefore, dryRun) {
      const due = database
        .prepare(`SELECT * FROM (${VERSIONS}) WHERE deleted_at < ?`)
        .all(deletedBefore)
        .map(toThing);
      if (dryRun) return due;
      database.transaction(() => {
        const now = clock.now();
        for (const { id, name, group } of due) {
          database
            .prepare(
              'UPDATE dataset_versions SET purged_at = ?, deleted_at = COALESCE(deleted_at, ?) WHERE id = ?',
            )
            .run(now, now, id);
          events.append('dataset.purged', { kind: 'dataset', id: group.id }, { version: id, name });
        }
      });
      return due;
    },
  };
}
