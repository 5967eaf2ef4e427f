import { useEffect, useState } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import type { Progress } from '../../../app/contract/wire.ts';
import { follow } from '../../client/follow.ts';
import { client } from '../../client/orpc.ts';
import { hasEnded } from './run-state.ts';

/** A run's progress as its job reports it; what the run itself says once the run is over. */
export function useJobProgress(run: Run): Progress {
  const [live, setLive] = useState<Progress | null>(null);
  const { jobId } = run;
  const ended = hasEnded(run);
  useEffect(() => {
    setLive(null);
    if (ended || jobId === null) return;
    const stop = new AbortController();
    follow<{ readonly progress: Progress }>(
      (signal) => client.jobs.watch({ id: jobId }, { signal }),
      ({ progress }) => setLive(progress),
      stop.signal,
    ).catch(() => setLive(null));
    return () => stop.abort();
  }, [jobId, ended]);
  return live ?? run.progress;
}
