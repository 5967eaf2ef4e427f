import { setTimeout as delay } from 'node:timers/promises';
import type { JobId } from '../../contract/ids.ts';
import type { LatheClient } from '../../contract/index.ts';
import type { Job } from '../../contract/jobs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';

const ended = (job: Job) => job.state !== 'queued' && job.state !== 'running';

/**
 * Watch a job and draw its progress until it ends.
 *
 * @returns the job as it ended, or null where the user pressed Ctrl+C first; the job itself goes on
 */
export async function followJob(cli: Cli, id: JobId, title: string): Promise<Job | null> {
  const client = await cli.client();
  const signal = cli.handleInterrupts();
  try {
    for await (const job of await client.jobs.watch({ id }, { signal })) {
      if (ended(job)) return job;
      if (signal.aborted) return null;
      cli.progress.show(job.state === 'queued' ? `${title}  waiting` : title, job.progress);
    }
    return signal.aborted ? null : await client.jobs.get({ id });
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    cli.progress.clear();
  }
}

/** The fault of a job that did not finish, as an error of the command. */
export function failureOf(job: Pick<Job, 'failure' | 'state'>, title: string): Error {
  if (job.failure) {
    const { code, message, data } = job.failure;
    return Object.assign(new Error(message), { code, data });
  }
  return new AppError('INTERRUPTED', `${title} was ${job.state === 'lost' ? 'lost' : 'cancelled'}.`);
}

/** How long a cancelled job may take to put its things in order before the command leaves it alone. */
const cancelPatienceMs = 10_000;

/** Cancel a job and wait until it has ended, so that closing the workspace finds nothing half done. */
export async function cancelJob(client: LatheClient, id: JobId): Promise<Job> {
  const deadline = Date.now() + cancelPatienceMs;
  let job = await client.jobs.cancel({ id });
  while (!ended(job) && Date.now() < deadline) {
    await delay(20);
    job = await client.jobs.get({ id });
  }
  return job;
}

/**
 * Follow a job to its result. Ctrl+C cancels it; of one that only follows something, that is the end.
 *
 * @throws AppError INTERRUPTED where it was cancelled before it had one
 */
export async function jobResult(cli: Cli, { id, title }: Pick<Job, 'id' | 'title'>): Promise<unknown> {
  const job = (await followJob(cli, id, title)) ?? (await cancelJob(await cli.client(), id));
  if (job.state !== 'finished') throw failureOf(job, title);
  return job.result;
}
