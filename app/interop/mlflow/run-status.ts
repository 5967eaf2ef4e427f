import type { JobState } from '../../contract/jobs.contract.ts';
import { wrongType } from './request-fields.ts';

/** What clients call a run's state. */
export const clientStatuses: Readonly<Record<JobState, string>> = {
  queued: 'SCHEDULED',
  running: 'RUNNING',
  finished: 'FINISHED',
  failed: 'FAILED',
  cancelled: 'KILLED',
  lost: 'FAILED',
};

const ownStatuses: Readonly<Record<string, JobState>> = {
  SCHEDULED: 'queued',
  RUNNING: 'running',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'cancelled',
};

/** By the number that the protocol gives each. */
const numbered = [undefined, 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

/** @returns undefined where none was sent */
export function readStatus(value: unknown): JobState | undefined {
  if (value === undefined || value === null) return undefined;
  const word = typeof value === 'number' ? numbered[value] : String(value);
  const status = word === undefined ? undefined : ownStatuses[word];
  if (status === undefined) throw wrongType('status', value);
  return status;
}
