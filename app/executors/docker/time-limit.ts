import fs from 'node:fs';
import path from 'node:path';
import { labels } from './container-labels.ts';
import { containerPaths } from './container-paths.ts';
import type { Inspected } from './container-state.ts';
import type { Engine } from './engine.ts';
import { signalContainer } from './signal-container.ts';

/** How long a program is given to end after SIGTERM. */
const GRACE_MS = 10_000;

/** Left in the run's journal folder, where container and core can both write, by whoever ends a program for its time limit. */
export const TIME_LIMIT_MARK = 'time-limit.tmp';

/**
 * A watch that goes on while no Lathe runs: a shell starts a timer and becomes the program, so that the program is the process that the
 * engine signals and whose exit code it reports. The timer is started through a second shell and so belongs to the container's
 * first process, not to the program, which may wait for all of its children. A `sleep` that is missing or refuses ends nothing.
 */
const watch =
  '( ( sleep "$1" && { : >"$3"; kill -TERM $$; sleep "$2" && kill -KILL $$; } ) >/dev/null 2>&1 </dev/null & ) ; ' +
  'shift 3; exec "$@"';

/** @returns the command that runs `command` and ends it when the time is over; needs a POSIX shell in the image */
export function underTimeLimit(limitMs: number, command: readonly string[]): string[] {
  const seconds = [Math.ceil(limitMs / 1000), Math.ceil(GRACE_MS / 1000)].map(String);
  return [
    '/bin/sh',
    '-c',
    watch,
    'lathe',
    ...seconds,
    `${containerPaths.journal}/${TIME_LIMIT_MARK}`,
    ...command,
  ];
}

/** Whether the program of this run folder was ended by its time limit. */
export function endedByTimeLimit(folder: string): boolean {
  return fs.existsSync(markIn(folder));
}

/** End a program whose time is over, where the image has no shell to do that by itself. */
export async function enforceTimeLimit(engine: Engine, container: Inspected, folder: string): Promise<void> {
  const given = container.Config.Labels ?? {};
  const limitMs = Number(given[labels.timeLimitMs]);
  if (given[labels.timeWatch] !== 'core' || !(limitMs > 0)) return;
  const overMs = Date.now() - Date.parse(container.State.StartedAt) - limitMs;
  if (overMs < 0) return;
  if (!endedByTimeLimit(folder)) {
    await fs.promises.writeFile(markIn(folder), '');
    await signalContainer(engine, container.Id, 'SIGTERM');
  } else if (overMs > GRACE_MS) await signalContainer(engine, container.Id, 'SIGKILL');
}

/** Another attempt begins. */
export async function clearTimeLimit(folder: string): Promise<void> {
  await fs.promises.rm(markIn(folder), { force: true });
}

function markIn(folder: string): string {
  return path.join(folder, 'journal', TIME_LIMIT_MARK);
}
