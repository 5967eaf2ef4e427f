import type { RunId } from '../../app/contract/ids.ts';
import { createMetricStore } from '../../app/storage/metric-store.ts';
import { openDatabase } from '../../native/sqlite/open-database.ts';
import { pointAt } from './metric-sequence.ts';

/** Record points until killed, from where the last writer was: with each batch the place of the next one. */
function writeForEver(databasePath: string, run: RunId): never {
  const database = openDatabase(databasePath);
  const store = createMetricStore(database);
  const journal = database.prepare('SELECT offset_bytes FROM run_journals WHERE run_id = ?').get(run);
  let next = Number(journal?.offset_bytes ?? 0);
  process.send!('writing');
  for (;;) {
    const size = Math.random() < 0.05 ? 5000 : 1 + Math.floor(Math.random() * 40);
    database.transaction(() => {
      store.append(
        run,
        Array.from({ length: size }, (_, index) => pointAt(next + index)),
      );
      database
        .prepare('INSERT OR REPLACE INTO run_journals (run_id, writer, offset_bytes) VALUES (?, ?, ?)')
        .run(run, 'writer', next + size);
    });
    next += size;
  }
}

writeForEver(process.argv[2]!, process.argv[3]! as RunId);
