import type { Job } from '../../../app/contract/jobs.contract.ts';
import { follow } from '../../client/follow.ts';
import { client } from '../../client/orpc.ts';

/** The job once it has ended. It rejects with what the job failed with. */
export async function jobEnd(first: Job): Promise<Job> {
  let job = first;
  const never = new AbortController().signal;
  await follow(
    (signal) => client.jobs.watch({ id: first.id }, { signal }),
    (next) => {
      job = next;
    },
    never,
  );
  if (job.failure) throw Object.assign(new Error(job.failure.message), job.failure);
  return job;
}
