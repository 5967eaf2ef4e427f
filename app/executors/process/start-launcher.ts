import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { AppError } from '../../kernel/app-error.ts';
import type { ProgramHandle } from './job-processes.ts';
import { processStart } from './process-identity.ts';

const noteForm = z.object({ pid: z.number().int(), start: z.string(), groups: z.array(z.string()) });

/** What run.sh is told; its head explains each. */
export interface LauncherSettings {
  readonly folder: string;
  readonly timeLimitMs: number | null;
  readonly dataBytes: number | null;
  readonly groups: readonly string[];
  readonly python: string | null;
  readonly environment: string | null;
  readonly systemPackages: boolean;
  readonly command: readonly string[];
}

/**
 * Start the launcher in a session of its own, where it outlives this process, and wait until it has claimed the run's folder,
 * some milliseconds. Should another launcher be alive there, started by a core that did not live to note it, that one is the job.
 *
 * @throws AppError DISK_FULL, INVALID_INPUT (arguments beyond what the system takes), TARGET_FAILED
 */
export async function startLauncher(
  run: string,
  launcher: string,
  settings: LauncherSettings,
  environment: Record<string, string>,
): Promise<ProgramHandle> {
  const { folder } = settings;
  const logs = ['stdout.log', 'stderr.log'].map((name) => fs.openSync(path.join(folder, name), 'a', 0o600));
  try {
    const child = spawn('/bin/sh', [path.join(launcher, 'run.sh'), ...launcherArguments(settings)], {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ['ignore', logs[0]!, logs[1]!, 'pipe'],
    });
    const exited = once(child, 'exit');
    // Seen below, or never: a job may take days.
    exited.catch(() => undefined);
    await once(child, 'spawn');
    child.unref();
    const ready = child.stdio[3] as Readable;
    await once(ready.resume(), 'close');
    const note = readNote(folder);
    if (note && (note.pid === child.pid || processStart(note.pid) === note.start)) return handleOf(run, note);
    const [code] = (await exited) as [number | null];
    throw refusal(folder, code);
  } catch (error) {
    throw fromSpawn(error);
  } finally {
    for (const log of logs) fs.closeSync(log);
  }
}

/** The job whose launcher claimed this folder, alive or not; null when none did. */
export function claimedJob(run: string, folder: string): ProgramHandle | null {
  const note = readNote(folder);
  return note && handleOf(run, note);
}

function launcherArguments(settings: LauncherSettings): string[] {
  return [
    settings.folder,
    settings.timeLimitMs === null ? '' : String(Math.ceil(settings.timeLimitMs / 1000)),
    settings.dataBytes === null ? '' : String(Math.ceil(settings.dataBytes / 1024)),
    settings.groups.join('\n'),
    JSON.stringify(settings.groups),
    settings.python ?? '',
    settings.environment ?? '',
    settings.systemPackages ? '--system-site-packages' : '',
    ...settings.command,
  ];
}

function handleOf(run: string, { pid, start, groups }: z.infer<typeof noteForm>): ProgramHandle {
  return { run, pid, start, groups: groups.length === 0 ? null : groups.join('\n') };
}

/** @returns null for a file that its process died over while it wrote it, or that is not there */
function readNote(folder: string): z.infer<typeof noteForm> | null {
  try {
    return noteForm.parse(JSON.parse(fs.readFileSync(path.join(folder, 'process.json'), 'utf8')));
  } catch {
    return null;
  }
}

/** Exit code of run.sh when it cannot write to the run's folder. */
const CANNOT_WRITE = 4;

function refusal(folder: string, code: number | null): AppError {
  if (code === CANNOT_WRITE)
    return new AppError('DISK_FULL', `The run's folder ${folder} takes no more files.`, {
      details: { path: folder },
    });
  return new AppError('TARGET_FAILED', `The launcher ended with ${code ?? 'a signal'} before it began.`, {
    nextStep: `Look at ${path.join(folder, 'stderr.log')}.`,
    details: { path: folder },
  });
}

function fromSpawn(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'E2BIG')
    return new AppError(
      'INVALID_INPUT',
      'The command and its parameters are longer than the system can pass on.',
      {
        nextStep: 'Put long values into a file of the code folder, or read them from params.json.',
        cause: error,
      },
    );
  if (code === 'ERR_INVALID_ARG_VALUE')
    return new AppError(
      'INVALID_INPUT',
      'The command or a variable has a character that none may have (NUL).',
      {
        cause: error,
      },
    );
  return error;
}
