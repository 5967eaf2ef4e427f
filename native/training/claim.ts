import fs from 'node:fs';
import path from 'node:path';

/**
 * Make this process the only one that trains in a run's folder: `process.json` is created exclusively, and one that a
 * dead process left is replaced. It is also how a core that lost its notes finds the process again.
 */
export function claimRunFolder(runFolder: string): void {
  const filePath = path.join(runFolder, 'process.json');
  for (let tries = 0; tries < 2; tries++) {
    try {
      const note: Note = { pid: process.pid, start: processStart(process.pid) };
      fs.writeFileSync(filePath, JSON.stringify(note), { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readNote(filePath);
    // The same id may come again: in a container every first process has it.
    if (owner && owner.pid !== process.pid && isAlive(owner)) {
      process.stderr.write(`process ${owner.pid} trains in this folder already\n`);
      process.exit(3);
    }
    fs.rmSync(filePath);
  }
}

/** Whether the folder is still there and still ours: a deleted workspace must not be trained on for hours unseen. */
export function ownsRunFolder(runFolder: string): boolean {
  return readNote(path.join(runFolder, 'process.json'))?.pid === process.pid;
}

interface Note {
  readonly pid: number;
  /** Which start of a process with this id it was; null where the system does not tell. */
  readonly start?: string | null;
}

/** @returns null for a file that its process died over while it wrote it */
function readNote(filePath: string): Note | null {
  try {
    return JSON.parse(fs.readFileSync(filePath, 'utf8')) as Note;
  } catch {
    return null;
  }
}

function isAlive({ pid, start }: Note): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // After a restart of the machine another process may have the id.
  return !start || processStart(pid) === start;
}

/** The same words as app/executors/process/process-identity.ts has for a process of Linux; null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}
