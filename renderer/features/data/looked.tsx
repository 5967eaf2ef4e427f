import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Job } from '../../../app/contract/jobs.contract.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import screen from '../../components/screen.module.css';
import { JobProgress } from './job-progress.tsx';

type Look<Result> =
  | { readonly state: 'ready'; readonly result: Result }
  | { readonly state: 'working'; readonly job: Job };

interface LookedProps<Result> {
  readonly query: {
    readonly data: Look<Result> | undefined;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  /** Read again when the job has ended. */
  readonly queryKey: QueryKey;
  /** What is said before it is known whether there is something to work out. */
  readonly waiting: string;
  readonly children: (result: Result) => ReactNode;
}

/** A look that may have to be worked out first: its result, or the job that works it out, with its progress and Cancel. */
export function Looked<Result>({ query, queryKey, waiting, children }: LookedProps<Result>) {
  const queries = useQueryClient();
  if (query.error) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <p className={screen.waiting}>{waiting}</p>;
  if (query.data.state === 'ready') return children(query.data.result);
  return (
    <JobProgress
      key={query.data.job.id}
      job={query.data.job}
      onEnd={({ state }) => {
        if (state === 'finished') void queries.invalidateQueries({ queryKey });
      }}
    />
  );
}
