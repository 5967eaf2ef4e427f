import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

let boot: string | undefined;

/** Changes with every start of the machine. */
function bootId(): string {
  boot ??= fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

/**
 * When a process started, in words that only this start of this process id has, or null if there is no such process.
 * A process id alone is not an identity: ids are used again, and a signal to a stranger must not happen. The count of
 * ticks since the machine started comes again after a restart, so it goes with the id of that start.
 */
export function processStart(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command's name may contain spaces and brackets; the fields after its last bracket are plain (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const state = fields[0];
      return state === 'Z' || state === 'X' ? null : `${bootId()}/${fields[19]}`;
    } catch {
      return null;
    }
  }
  try {
    process.kill(pid, 0);
    if (process.platform === 'win32') return String(pid);
    const options = { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } } as const;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? String(pid) : null;
  }
}
