import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { writeFileDurably } from '../../kernel/durable-file.ts';
import { type LaunchSpec, launchSpec } from '../../kernel/ports/launch.ts';
import type { JobEvidence } from '../executor.ts';

/**
 * What this executor keeps in a run folder. `process.json` names the attempt; Lathe removes it when a run is continued, and so
 * a container of a former attempt is not mistaken for this one. `container.json` is what `prepare` found; a run that is
 * continued uses the same image again, whatever its name means by now. `evidence.json` is what `collect` learned, written before
 * the container is removed.
 */
const attemptForm = z.object({
  container: z.string(),
  attempt: z.string(),
  /** Sizes of the logs before this attempt wrote to them. */
  stdoutStart: z.number().int(),
  stderrStart: z.number().int(),
});
export type Attempt = z.infer<typeof attemptForm>;

const preparedForm = z.object({
  /** By the name that people know. */
  image: z.string(),
  imageId: z.string(),
  /** The volume that this run's data was copied to; null where folders are mounted. */
  inputsVolume: z.string().nullable(),
  /** What Python in the image says of itself and its packages. */
  facts: z.record(z.string(), z.string()),
});
export type Prepared = z.infer<typeof preparedForm>;

const evidenceForm = z.object({
  attempt: z.string(),
  outOfMemory: z.boolean(),
  endedBy: z.string().nullable(),
  environment: z.record(z.string(), z.string()),
});

/** What the run is to do. DATA_MALFORMED where domains/training did not write it. */
export async function readLaunch(folder: string): Promise<LaunchSpec> {
  const launch = await read(path.join(folder, 'launch.json'), launchSpec);
  if (launch) return launch;
  throw new AppError('DATA_MALFORMED', `The run folder ${folder} has no readable launch.json.`, {
    nextStep: 'Start the run again from its recipe.',
    details: { folder },
  });
}

export function readAttempt(folder: string): Promise<Attempt | null> {
  return read(path.join(folder, 'process.json'), attemptForm);
}

/** The attempt that is in progress, or a new one, written down before anything is asked of the engine. */
export async function beginAttempt(run: string, folder: string): Promise<Attempt> {
  const there = await readAttempt(folder);
  if (there) return there;
  const attempt: Attempt = {
    container: `lathe-${run}`,
    attempt: crypto.randomUUID(),
    stdoutStart: await sizeOf(path.join(folder, 'stdout.log')),
    stderrStart: await sizeOf(path.join(folder, 'stderr.log')),
  };
  await writeFileDurably(path.join(folder, 'process.json'), JSON.stringify(attempt));
  return attempt;
}

export function readPrepared(folder: string): Promise<Prepared | null> {
  return read(path.join(folder, 'container.json'), preparedForm);
}

export async function writePrepared(folder: string, prepared: Prepared): Promise<void> {
  await writeFileDurably(path.join(folder, 'container.json'), JSON.stringify(prepared));
}

export async function readEvidence(folder: string, attempt: string): Promise<JobEvidence | null> {
  const found = await read(path.join(folder, 'evidence.json'), evidenceForm);
  if (found?.attempt !== attempt) return null;
  const { attempt: _attempt, ...evidence } = found;
  return evidence;
}

export async function writeEvidence(folder: string, attempt: string, evidence: JobEvidence): Promise<void> {
  await writeFileDurably(path.join(folder, 'evidence.json'), JSON.stringify({ ...evidence, attempt }));
}

/** @returns 0 for a file that is not there */
export async function sizeOf(file: string): Promise<number> {
  const stat = await fs.promises.stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return stat?.size ?? 0;
}

/** @returns null for a file that is not there or of another form, such as one that another kind of target wrote */
async function read<T>(file: string, form: z.ZodType<T>): Promise<T | null> {
  const text = await fs.promises.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw fromSystemError(error, file);
  });
  if (text === null) return null;
  try {
    return form.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
