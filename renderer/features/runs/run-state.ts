import type { Run } from '../../../app/contract/runs.contract.ts';

/** Whether a run has ended, so that it can be deleted and run again with what it left. */
export function hasEnded({ status }: Pick<Run, 'status'>): boolean {
  return status !== 'running' && status !== 'queued';
}
