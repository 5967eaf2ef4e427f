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
      fs.writeFileSync(filePath, JSON.stringify({ pid: process.pid }), { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = readPid(filePath);
    // The same id may come again: in a container every first process has it.
    if (pid !== null && pid !== process.pid && isAlive(pid)) {
      process.stderr.write(`process ${pid} trains in this folder already\n`);
      process.exit(3);
    }
    fs.rmSync(filePath);
  }
}

/** Whether the folder is still there and still ours: a deleted workspace must not be trained on for hours unseen. */
export function ownsRunFolder(runFolder: string): boolean {
  return readPid(path.join(runFolder, 'process.json')) === process.pid;
}

/** @returns null for a file that its process died over while it wrote it */
function readPid(filePath: string): number | null {
  try {
    return (JSON.parse(fs.readFileSync(filePath, 'utf8')) as { pid: number }).pid;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
