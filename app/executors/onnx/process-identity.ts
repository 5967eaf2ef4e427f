import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/**
 * When a process started, in words that only this start of this process id has, or null if there is no such process.
 * A process id alone is not an identity: ids are used again, and a signal to a stranger must not happen.
 */
export function processStart(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command's name may contain spaces and brackets; the fields after its last bracket are plain (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const state = fields[0];
      return state === 'Z' || state === 'X' ? null : fields[19]!;
    } catch {
      return null;
    }
  }
  try {
    process.kill(pid, 0);
    if (process.platform === 'win32') return String(pid);
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? String(pid) : null;
  }
}
