import type { Database } from '../../kernel/ports/database.ts';

const KEY = 'queue.paused';

/** Whether the workspace's queue is paused; kept, so that a restart starts nothing that was held back. */
export function createQueue(database: Database) {
  return {
    paused: (): boolean =>
      database.prepare('SELECT value FROM settings WHERE key = ?').get(KEY)?.value === 'true',
    pause(paused: boolean): void {
      database
        .prepare(
          'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        )
        .run(KEY, JSON.stringify(paused));
    },
  };
}
