import type { Clock } from './clock.ts';
import type { EventLog } from './event-log.ts';
import type { JobMachine } from './job-machine.ts';
import type { Logger } from './logger.ts';
import type { Database } from './ports/database.ts';
import type { WorkspaceFolders } from './workspace-folders.ts';

/** What every domain's service is given: the workspace's database, folders, clock, audit log, jobs and log. */
export interface Core {
  readonly database: Database;
  readonly folders: WorkspaceFolders;
  readonly clock: Clock;
  readonly events: EventLog;
  readonly jobs: JobMachine;
  readonly log: Logger;
}
