import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { WorkerStarter } from '../../kernel/ports/workers.ts';
import type { Executor, JobHandle } from '../executor.ts';
import { processStart } from '../process/process-identity.ts';
import { processTable, withDescendants } from '../process/process-table.ts';
import { UsageMeter } from '../process/usage-meter.ts';

const handleForm = z.object({ pid: z.number().int(), start: z.string().nullable() });
/** Workers that could not tell their start leave only their id. */
const noteForm = z.object({ pid: z.number().int(), start: z.string().nullable().optional() });

/**
 * The built-in engine: a process of its own on this machine, which goes on when the application closes. The worker
 * writes `process.json` with its id before anything else, and refuses to start beside a living one.
 */
export function createOnnxExecutor(workers: WorkerStarter): Executor {
  const meters = new Map<string, UsageMeter>();

  const isThere = (handle: JobHandle) => {
    const { pid, start } = handleForm.parse(handle);
    const now = processStart(pid);
    // No start means that it had ended before it was looked at; what has its id now is a stranger.
    return now !== null && now === start;
  };

  return {
    target: 'native',
    // The worker is part of the application; its data is on the disk before the run is queued.
    async prepare() {},
    async submit(_run, folder) {
      const { pid } = await workers.startDetached('train', [folder], {
        stdoutPath: path.join(folder, 'stdout.log'),
        stderrPath: path.join(folder, 'stderr.log'),
      });
      return { pid, start: processStart(pid) };
    },
    async find(_run, folder) {
      const text = await fs.promises.readFile(path.join(folder, 'process.json'), 'utf8').catch(() => null);
      const note = text === null ? null : noteIn(text);
      return note && { pid: note.pid, start: note.start ?? processStart(note.pid) };
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
    async collect(_handle, folder) {
      meters.delete(folder);
      return { outOfMemory: false, endedBy: null, environment: {} };
    },
    async usage(handle, folder) {
      if (process.platform === 'win32' || !isThere(handle)) return null;
      const meter = meters.get(folder) ?? new UsageMeter();
      meters.set(folder, meter);
      return meter.read(withDescendants(await processTable(), [handleForm.parse(handle).pid]));
    },
  };
}

/** @returns null for a file that its process died over while it wrote it */
function noteIn(text: string): z.infer<typeof noteForm> | null {
  try {
    return noteForm.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
