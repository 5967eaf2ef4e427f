import fs from 'node:fs';
import type { Core } from '../../app/kernel/core.ts';
import { WorkspaceFolders } from '../../app/kernel/workspace-folders.ts';
import { createFileLogger } from '../../app/storage/file-logger.ts';
import { migrate } from '../../app/storage/migrations/migrate.ts';
import { createEventLog } from '../../app/storage/sql-event-log.ts';
import { createJobMachine } from '../../app/storage/sql-job-machine.ts';
import { createHashing } from '../../native/hashing/blake3.ts';
import { openDatabase } from '../../native/sqlite/open-database.ts';
import { fakeClock } from './fake-clock.ts';

/** A real core in a folder of the test's own: real SQLite, real audit log, a clock that stands until it is moved. */
export function testCore(root: string, clock = fakeClock()): Core {
  const folders = new WorkspaceFolders(root);
  for (const folder of folders.all) fs.mkdirSync(folder, { recursive: true });
  const database = openDatabase(folders.database);
  migrate(database);
  const log = createFileLogger(folders.logs, clock);
  const events = createEventLog(database, clock, createHashing());
  return { database, folders, clock, events, jobs: createJobMachine(database, clock, events, log), log };
}
