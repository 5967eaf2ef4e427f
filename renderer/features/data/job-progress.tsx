import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../../app/contract/jobs.contract.ts';
import { useFollow } from '../../client/follow.ts';
import { client } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatLeft, formatPercent } from '../../components/format.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import styles from './data.module.css';

interface JobProgressProps {
  readonly job: Job;
  /** Told once, when the job has ended. */
  readonly onEnd?: (job: Job) => void;
}

/** A job as it goes: what it does, how fast, how long it takes yet, and a way to end it. */
export function JobProgress({ job: first, onEnd }: JobProgressProps) {
  const [job, setJob] = useState(first);
  useFollow(first.id, {
    open: (signal) => client.jobs.watch({ id: first.id }, { signal }),
    onItem: (next) => {
      setJob(next);
      if (next.endedAt !== null) onEnd?.(next);
    },
  });
  const cancel = useMutation({ mutationFn: () => client.jobs.cancel({ id: job.id }) });
  const { fraction, message, rate, remainingMs } = job.progress;
  const ended = job.endedAt !== null;
  const facts = [
    fraction === null ? null : formatPercent(fraction),
    rate,
    remainingMs === null ? null : formatLeft(remainingMs),
  ];
  return (
    <div className={styles.job}>
      <div>
        <StateMark state={job.state} fraction={fraction} />
        <span>{job.title}</span>
        <small>{ended ? job.state : message}</small>
        <output>{ended ? '' : facts.filter(Boolean).join(', ')}</output>
        {ended ? null : (
          <Button size="small" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel
          </Button>
        )}
      </div>
      {ended ? null : <ProgressBar fraction={fraction} label={job.title} />}
      {job.failure ? <ErrorNotice error={job.failure} /> : null}
      {cancel.error ? <ErrorNotice error={cancel.error} /> : null}
    </div>
  );
}
