import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { WorkerStarter } from '../../kernel/ports/workers.ts';
import type { Executor, JobHandle } from '../executor.ts';
import { processStart } from './process-identity.ts';

const handleForm = z.object({ pid: z.number().int(), start: z.string().nullable() });

/**
 * The built-in engine: a process of its own on this machine, which goes on when the application closes. The worker
 * writes `process.json` with its id before anything else, and refuses to start beside a living one.
 */
export function createOnnxExecutor(workers: WorkerStarter): Executor {
  const isThere = (handle: JobHandle) => {
    const { pid, start } = handleForm.parse(handle);
    const now = processStart(pid);
    // No start means that it had ended before it was looked at; what has its id now is a stranger.
    return now !== null && now === start;
  };

  return {
    target: 'native',
    async submit(_run, folder) {
      const { pid } = await workers.startDetached('train', [folder], {
        stdoutPath: path.join(folder, 'stdout.log'),
        stderrPath: path.join(folder, 'stderr.log'),
      });
      return { pid, start: processStart(pid) };
    },
    async find(_run, folder) {
      const text = await fs.promises.readFile(path.join(folder, 'process.json'), 'utf8').catch(() => null);
      if (text === null) return null;
      const pid = pidIn(text);
      return pid === null ? null : { pid, start: processStart(pid) };
    },
    async observe(handle) {
      return isThere(handle) ? 'running' : 'gone';
    },
    async cancel(handle, folder, force) {
      // A note for the next core, and the only way where there are no signals; a full disk must not keep a run going.
      await fs.promises.writeFile(path.join(folder, 'cancel'), '').catch(() => undefined);
      if (!isThere(handle)) return;
      try {
        process.kill(handleForm.parse(handle).pid, force ? 'SIGKILL' : 'SIGTERM');
      } catch (error) {
        // It ended between the look and the signal: that is what was asked for.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
  };
}

/** @returns null for a file that its process died over while it wrote it */
function pidIn(text: string): number | null {
  try {
    return z.object({ pid: z.number().int() }).parse(JSON.parse(text)).pid;
  } catch {
    return null;
  }
}
