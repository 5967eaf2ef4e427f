import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../../app/contract/jobs.contract.ts';

/** Starts a job and keeps it while it goes; `done` is told of one that finished. */
export function useJob(start: () => Promise<Job>, done: (job: Job) => void) {
  const [job, setJob] = useState<Job | null>(null);
  const begin = useMutation({ mutationFn: start, onSuccess: setJob });
  return {
    job,
    error: begin.error,
    busy: begin.isPending || (job !== null && job.endedAt === null),
    begin: () => {
      setJob(null);
      begin.mutate();
    },
    onEnd: (ended: Job) => {
      setJob(ended);
      if (ended.state === 'finished') done(ended);
    },
  };
}
