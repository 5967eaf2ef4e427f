import type { Digest } from '../../../contract/ids.ts';
import type { Database } from '../../../kernel/ports/database.ts';
import type { StorageKeeper } from '../../../kernel/ports/storage-keeper.ts';

/**
 * What registered models keep. A version that a client deleted keeps its number for ever but not its file, unless an endpoint still
 * names it.
 */
export function createModelKeeper(database: Database): StorageKeeper {
  return {
    async things() {
      const rows = database
        .prepare(
          `SELECT v.id, v.version, v.digest, v.created_at, v.deleted_at, m.id AS model, m.name, m.project_id
           FROM model_versions v JOIN models m ON m.id = v.model_id
           WHERE v.digest <> '' AND (v.deleted_at IS NULL
             OR EXISTS (SELECT 1 FROM endpoints e WHERE e.model_version_id = v.id))`,
        )
        .all();
      return rows.map((row) => ({
        kind: 'model',
        id: String(row.id),
        name: `${row.name}@${row.version}`,
        group: { id: String(row.model), name: String(row.name) },
        projectId: String(row.project_id),
        createdAt: Number(row.created_at),
        deletedAt: row.deleted_at === null ? null : Number(row.deleted_at),
        folder: null,
        manifests: [],
        contents: [row.digest as Digest],
      }));
    },
    // Deleting a version is final for clients already: there is nothing more to give up.
    purge: async () => [],
  };
}
