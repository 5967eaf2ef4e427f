import { z } from 'zod';
import type { JobHandle } from '../executor.ts';
import { groupProcesses } from './control-group.ts';
import { processStart } from './process-identity.ts';
import {
  type ProcessEntry,
  processesWithVariable,
  processTable,
  readProcess,
  withDescendants,
} from './process-table.ts';

/** A program's job: its launcher, and what its processes are known by when the launcher is gone. */
export const programHandle = z.object({
  run: z.string(),
  pid: z.number().int(),
  start: z.string().nullable(),
  /** Folders of its control group, one to a line; null: it has none. */
  groups: z.string().nullable(),
});
export type ProgramHandle = z.infer<typeof programHandle>;

export function parseHandle(handle: JobHandle): ProgramHandle {
  return programHandle.parse(handle);
}

export function groupFolders({ groups }: ProgramHandle): string[] {
  return groups === null ? [] : groups.split('\n');
}

/** Whether the very launcher that the handle names is there. */
export function launcherIsThere({ pid, start }: ProgramHandle): boolean {
  const now = processStart(pid);
  return now !== null && now === start;
}

/** The job's processes as its control group or its family tree shows them: cheap, for asking every second. */
export async function knownProcesses(handle: ProgramHandle): Promise<ProcessEntry[]> {
  const launcher = launcherIsThere(handle) ? [handle.pid] : [];
  const inGroup = await groupProcesses(groupFolders(handle));
  if (inGroup.length > 0)
    return [...new Set([...launcher, ...inGroup])].map(readProcess).filter((each) => each !== null);
  return launcher.length === 0 ? [] : withDescendants(await processTable(), launcher);
}

/**
 * All of the job's processes, also those that left its family and its group of processes: every process inherits the run's id in
 * its environment. Only one that clears its environment, leaves the family and is in no control group escapes.
 */
export async function allProcesses(handle: ProgramHandle): Promise<ProcessEntry[]> {
  const roots = await groupProcesses(groupFolders(handle));
  if (launcherIsThere(handle)) roots.push(handle.pid);
  roots.push(...(await processesWithVariable('LATHE_RUN_ID', handle.run)));
  // A core that was itself started by the program must not end itself.
  const found = roots.length === 0 ? [] : withDescendants(await processTable(), roots);
  return found.filter(({ pid }) => pid !== process.pid);
}

/** Ask every process of the job but the launcher to stop. The launcher waits for the program and tells how it ended. */
export async function askToStop(handle: ProgramHandle): Promise<void> {
  const launcher = launcherIsThere(handle) ? handle.pid : null;
  for (const { pid } of await allProcesses(handle)) if (pid !== launcher) signal(pid, 'SIGTERM');
}

/** How often processes that are new are looked for; a program that goes on forking faster than this is beyond help. */
const ROUNDS = 50;
const PAUSE_MS = 20;

/** End every process of the job, whatever it does with signals and wherever it moved. Returns when none is left. */
export async function endAll(handle: ProgramHandle): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const processes = await allProcesses(handle);
    if (processes.length === 0) return;
    for (const { pid } of processes) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended meanwhile, or it became another user's process and is out of reach.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
