import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createHashing } from '../../native/hashing/blake3.ts';
import { tryLockFile } from '../../native/sqlite/exclusive-lock.ts';
import { openDatabase } from '../../native/sqlite/open-database.ts';
import { AppError, fromSystemError } from '../kernel/app-error.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Core } from '../kernel/core.ts';
import { Disposables } from '../kernel/disposables.ts';
import { writeFileDurably } from '../kernel/durable-file.ts';
import { newId } from '../kernel/new-id.ts';
import type { Hashing } from '../kernel/ports/hashing.ts';
import { WorkspaceFolders } from '../kernel/workspace-folders.ts';
import { createFileLogger } from '../storage/file-logger.ts';
import { migrate } from '../storage/migrations/migrate.ts';
import { createEventLog } from '../storage/sql-event-log.ts';
import { createJobMachine } from '../storage/sql-job-machine.ts';

export interface OpenWorkspace {
  readonly core: Core;
  readonly hashing: Hashing;
  readonly workspaceId: string;
  /** The workspace's bearer token. */
  readonly token: string;
  close(): Promise<void>;
}

/**
 * Become the owner of a workspace, making it if it is not there.
 *
 * @throws AppError WORKSPACE_LOCKED if another process owns it, WORKSPACE_TOO_NEW, WORKSPACE_DAMAGED, DISK_FULL …
 */
export async function openWorkspace(root: string, version: string): Promise<OpenWorkspace> {
  const folders = new WorkspaceFolders(root);
  const opened = new Disposables();
  try {
    for (const folder of folders.all) await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
    const unlock = tryLockFile(path.join(folders.root, 'owner.lock'));
    if (!unlock) throw await lockedError(folders);
    opened.add('workspace lock', unlock);
    await fs.promises.writeFile(ownerFile(folders), JSON.stringify({ pid: process.pid }), { mode: 0o600 });

    const database = openDatabase(folders.database);
    opened.add('database', () => database.close());
    migrate(database);
    const clock = systemClock;
    const hashing = createHashing();
    const log = createFileLogger(folders.logs, clock);
    const events = createEventLog(database, clock, hashing);
    const workspaceId = identify();
    const jobs = createJobMachine(database, clock, events, log);
    opened.add('jobs', () => jobs.close());
    const token = await readOrMakeToken(folders);
    return {
      core: { database, folders, clock, events, jobs, log },
      hashing,
      workspaceId,
      token,
      close: () => opened.dispose(),
    };

    function identify(): string {
      return database.transaction(() => {
        const known = database.prepare('SELECT id FROM workspace').get()?.id;
        if (known) return String(known);
        const id = newId<string>(clock.now());
        database
          .prepare('INSERT INTO workspace (id, created_at, created_by) VALUES (?, ?, ?)')
          .run(id, clock.now(), version);
        events.append('workspace.created', { kind: 'workspace', id }, { version });
        return id;
      });
    }
  } catch (error) {
    await opened.dispose();
    throw fromSystemError(error, folders.root);
  }
}

const ownerFile = (folders: WorkspaceFolders) => path.join(folders.root, 'owner.json');

async function lockedError(folders: WorkspaceFolders): Promise<AppError> {
  const text = await fs.promises.readFile(ownerFile(folders), 'utf8').catch(() => '{}');
  const { pid } = JSON.parse(text || '{}') as { pid?: number };
  return new AppError(
    'WORKSPACE_LOCKED',
    `${folders.root} is open in another Lathe${pid ? ` (process ${pid})` : ''}.`,
    {
      nextStep: 'Use that one, close it, or pass another folder with --workspace.',
      details: { workspace: folders.root, pid: pid ?? null },
    },
  );
}

/** The token is made once; a file that somebody emptied or shortened is not accepted as one. */
export async function readOrMakeToken(folders: WorkspaceFolders): Promise<string> {
  const filePath = path.join(folders.auth, 'token');
  const known = (await fs.promises.readFile(filePath, 'utf8').catch(() => '')).trim();
  if (/^[\w-]{43}$/.test(known)) return known;
  const token = randomBytes(32).toString('base64url');
  await writeFileDurably(filePath, `${token}\n`, 0o600);
  return token;
}
