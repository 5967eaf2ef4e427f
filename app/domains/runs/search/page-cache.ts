import type { RunId } from '../../../contract/ids.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Database } from '../../../kernel/ports/database.ts';

/** Times that count from now move on, though nothing is written. */
const FRESH_MS = 5000;
/** A screen, a command line and a program at once. */
const KEPT = 4;

/**
 * Remembers the last results of searches while nothing is written: all writes go through this connection, and SQLite counts them.
 * Not to be asked within a transaction, because one that is rolled back is not counted back.
 */
export function createPageCache(database: Database, clock: Clock) {
  const kept = new Map<
    string,
    { readonly ids: readonly RunId[]; readonly changes: number; readonly atMs: number }
  >();
  const changesSoFar = () => Number(database.prepare('SELECT total_changes() AS changes').get()!.changes);

  return {
    get(key: string, search: () => readonly RunId[]): readonly RunId[] {
      const [changes, now] = [changesSoFar(), clock.now()];
      const known = kept.get(key);
      if (known && known.changes === changes && Math.abs(now - known.atMs) < FRESH_MS) return known.ids;
      kept.delete(key);
      const ids = search();
      kept.set(key, { ids, changes, atMs: now });
      if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
      return ids;
    },
  };
}
