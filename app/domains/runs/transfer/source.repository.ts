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
