import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeFileDurably } from '../../kernel/durable-file.ts';
import { type ExitSentinel, exitSentinel } from '../../kernel/ports/run-journal.ts';
import { endedAt, type Inspected } from './container-state.ts';
import { endedByTimeLimit } from './time-limit.ts';

/** Write how the run ended, from what the engine says of its container; the last thing that is written. */
export async function writeExit(folder: string, container: Inspected, sharedClock: boolean): Promise<void> {
  const file = path.join(folder, 'exit.json');
  if (fs.existsSync(file)) return;
  const at = endedAt(container);
  const exitCode = container.State.ExitCode;
  const cancelled = await cancelledBefore(folder, sharedClock ? at : Number.POSITIVE_INFINITY);
  const overTime = !cancelled && endedByTimeLimit(folder);
  const signal = signalOf(exitCode);
  const exit: ExitSentinel = {
    state: cancelled ? 'cancelled' : exitCode === 0 && !overTime ? 'finished' : 'failed',
    at,
    exitCode: signal === null ? exitCode : null,
    signal,
    ...(overTime && { cause: 'time-limit' }),
    failure: null,
  };
  await writeFileDurably(file, JSON.stringify(exit));
}

/** Whether a run's sentinel says that it finished. */
export async function endedWell(folder: string): Promise<boolean> {
  const text = await fs.promises.readFile(path.join(folder, 'exit.json'), 'utf8').catch(() => null);
  return text !== null && exitSentinel.parse(JSON.parse(text)).state === 'finished';
}

/** Shells and engines count a death by signal n as exit code 128 + n; null for all other codes. */
export function signalOf(exitCode: number): string | null {
  const found = Object.entries(os.constants.signals).find(([, number]) => number === exitCode - 128);
  return found ? found[0] : null;
}

/** Whether it was asked to stop while it ran. One that had ended before it was asked keeps its own end. */
async function cancelledBefore(folder: string, endMs: number): Promise<boolean> {
  const stat = await fs.promises.stat(path.join(folder, 'cancel')).catch(() => null);
  return stat !== null && stat.mtimeMs <= endMs;
}
