import type { RunId } from '../../../contract/ids.ts';
import type { Database } from '../../../kernel/ports/database.ts';

/** Which run a source belongs to and how far it was read. SQL only. */
export function createSourceRepository(database: Database) {
  return {
    runOf(format: string, identities: readonly string[]): RunId | null {
      return (database
        .prepare(
          `SELECT s.run_id FROM json_each(?) e JOIN run_sources s ON s.format = ? AND s.identity = e.value
           ORDER BY e.key LIMIT 1`,
        )
        .get(JSON.stringify(identities), format)?.run_id ?? null) as RunId | null;
    },
    /** An identity that belongs to a run already stays with it. */
    link(format: string, identities: readonly string[], run: RunId): void {
      const insert = database.prepare(
        'INSERT INTO run_sources (format, identity, run_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      );
      for (const identity of identities) insert.run(format, identity, run);
    },
    /** Give runs the parents that their tags name, as far as these were imported too. */
    linkParents(format: string, runs: readonly RunId[], tag: string): void {
      database
        .prepare(
          `UPDATE runs SET parent_run_id = found.parent FROM (
             SELECT t.run_id AS run, s.run_id AS parent FROM run_tags t
             JOIN run_sources s ON s.format = ? AND s.identity = t.value
             WHERE t.key = ? AND t.run_id IN (SELECT value FROM json_each(?)) AND s.run_id <> t.run_id
           ) AS found WHERE runs.id = found.run AND runs.parent_run_id IS NULL`,
        )
        .run(format, tag, JSON.stringify(runs));
    },
    position(run: RunId, format: string): string | null {
      const row = database
        .prepare('SELECT position FROM run_source_positions WHERE run_id = ? AND format = ?')
        .get(run, format);
      return row ? String(row.position) : null;
    },
    setPosition(run: RunId, format: string, position: string, path: string, now: number): void {
      database
        .prepare(
          `INSERT INTO run_source_positions (run_id, format, position, path, read_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET position = excluded.position, path = excluded.path, read_at = excluded.read_at`,
        )
        .run(run, format, position, path, now);
    },
  };
}

export type SourceRepository = ReturnType<typeof createSourceRepository>;
