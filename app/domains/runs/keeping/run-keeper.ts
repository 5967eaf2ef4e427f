import type { CodeSnapshot } from '../../../contract/execution.ts';
import type { Digest, RunId } from '../../../contract/ids.ts';
import type { Core } from '../../../kernel/core.ts';
import type { SqlRow } from '../../../kernel/ports/database.ts';
import type { KeptThing, StorageKeeper } from '../../../kernel/ports/storage-keeper.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { listCode } from '../code/code-manifest.ts';

/** Tables whose rows are a run's own and go with it, those that others refer to last. */
const OWN_TABLES = [
  'run_artifacts',
  'run_tags',
  'run_params',
  'run_journals',
  'run_client_datasets',
  'run_model_links',
] as const;
const METRIC_TABLES = ['metric_tail', 'metric_nodes', 'metric_chunks'] as const;

const RUNS = `SELECT r.id, r.name, r.project_id, r.created_at, r.deleted_at, r.code, e.id AS experiment_id,
  e.name AS experiment FROM runs r JOIN experiments e ON e.id = r.experiment_id WHERE r.purged_at IS NULL`;

/** A model version whose files lie among a run's artifacts. */
const LENT_TO_A_MODEL = `EXISTS (SELECT 1 FROM model_versions v WHERE v.deleted_at IS NULL
  AND (instr(COALESCE(v.source, ''), r.id) > 0 OR instr(COALESCE(v.storage_location, ''), r.id) > 0))`;

/**
 * What runs keep: their artifacts, the snapshots of their code, their folders; and what MLflow's clients uploaded beside them. A run
 * whose artifacts a registered model consists of is not purged while the model is there.
 */
export function createRunKeeper(
  { database, folders, events, clock }: Core,
  objects: Pick<ObjectStore, 'read' | 'size' | 'has'>,
): StorageKeeper {
  async function toThings(rows: readonly SqlRow[]): Promise<KeptThing[]> {
    const artifacts = digestsBy('SELECT run_id AS owner, digest FROM run_artifacts');
    const snapshots = new Map<Digest, readonly Digest[]>();
    const things: KeptThing[] = [];
    for (const row of rows) {
      const code = row.code === null ? null : (JSON.parse(String(row.code)) as CodeSnapshot);
      things.push({
        kind: 'run',
        id: String(row.id),
        name: String(row.name),
        group: { id: String(row.experiment_id), name: String(row.experiment) },
        projectId: String(row.project_id),
        createdAt: Number(row.created_at),
        deletedAt: row.deleted_at === null ? null : Number(row.deleted_at),
        folder: folders.run(row.id as RunId),
        manifests: [],
        contents: [
          ...(artifacts.get(String(row.id)) ?? []),
          ...(code === null ? [] : await codeContents(code, snapshots)),
        ],
      });
    }
    return things;
  }

  function digestsBy(sql: string): Map<string, Digest[]> {
    const found = new Map<string, Digest[]>();
    for (const { owner, digest } of database.prepare(sql).iterate()) {
      const digests = found.get(String(owner));
      if (digests) digests.push(digest as Digest);
      else found.set(String(owner), [digest as Digest]);
    }
    return found;
  }

  /** The snapshot's list, its files, and the patch. Runs of one folder mostly share them. */
  async function codeContents(code: CodeSnapshot, known: Map<Digest, readonly Digest[]>): Promise<Digest[]> {
    let listed = known.get(code.digest);
    if (!listed) {
      // A list that is gone cannot name its files; the check names it as missing.
      listed = objects.has(code.digest)
        ? (await listCode(objects, code.digest)).map(({ digest }) => digest)
        : [];
      known.set(code.digest, listed);
    }
    const diff = code.git?.diff ?? null;
    return [code.digest, ...listed, ...(diff === null ? [] : [diff])];
  }

  function uploadedFiles(): KeptThing[] {
    const rows = database
      .prepare(
        `SELECT f.id, f.path, f.digest, f.created_at, m.id AS model, m.name AS model_name, m.deleted_at
         FROM client_files f LEFT JOIN logged_models m ON m.id = f.owner`,
      )
      .all();
    return rows.map((row) => ({
      kind: 'file',
      id: String(row.id),
      name: String(row.path),
      group:
        row.model === null
          ? { id: 'uploads', name: 'Uploaded files' }
          : { id: String(row.model), name: String(row.model_name) },
      projectId: null,
      createdAt: Number(row.created_at),
      deletedAt: row.deleted_at === null ? null : Number(row.deleted_at),
      folder: null,
      manifests: [],
      contents: [row.digest as Digest],
    }));
  }

  function purgeRun(id: string, now: number): void {
    for (const table of METRIC_TABLES) {
      database
        .prepare(`DELETE FROM ${table} WHERE metric_id IN (SELECT id FROM metric_keys WHERE run_id = ?)`)
        .run(id);
    }
    database.prepare('DELETE FROM metric_keys WHERE run_id = ?').run(id);
    for (const table of OWN_TABLES) database.prepare(`DELETE FROM ${table} WHERE run_id = ?`).run(id);
    database.prepare('UPDATE runs SET purged_at = ?, code = NULL WHERE id = ?').run(now, id);
  }

  return {
    async things() {
      return [...(await toThings(database.prepare(RUNS).all())), ...uploadedFiles()];
    },
    async purge(deletedBefore, dryRun) {
      const due = database
        .prepare(`${RUNS} AND r.deleted_at < ? AND NOT ${LENT_TO_A_MODEL}`)
        .all(deletedBefore);
      const things = await toThings(due);
      if (dryRun) return things;
      for (const { id, name } of things) {
        // One transaction a run: the database is never held for long, and an interruption leaves whole runs.
        database.transaction(() => {
          purgeRun(id, clock.now());
          events.append('run.purged', { kind: 'run', id }, { name });
        });
      }
      return things;
    },
  };
}
