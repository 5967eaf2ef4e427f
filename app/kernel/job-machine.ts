import type { JobId, RunId } from '../contract/ids.ts';
import type { Job, JobKind } from '../contract/jobs.contract.ts';
import type { Progress } from '../contract/wire.ts';

export interface JobContext {
  readonly id: JobId;
  /** Aborts when the job is cancelled or the host closes. Pass it on, and stop at the next safe point. */
  readonly signal: AbortSignal;
  /** Tell watchers; calls may come as fast as they like. */
  progress(update: Partial<Progress>): void;
}

/**
 * Long work with progress, cancellation and an outcome that outlives whoever asked for it. A job's row is durable
 * before `start` returns. Jobs whose host died before they ended are `lost` at the next start (runs are not: their
 * process may still be there, and domains/runs re-attaches to it).
 */
export interface JobMachine {
  /** Run `work` in the background. Its return value becomes `Job.result` (JSON); an AppError becomes `Job.failure`. */
  start(
    what: { readonly kind: JobKind; readonly title: string },
    work: (context: JobContext) => Promise<unknown>,
  ): Job;
  /** A job that somebody else drives (a run's process): its row, and the means to move it. */
  adopt(what: {
    readonly kind: JobKind;
    readonly title: string;
    readonly runId: RunId;
    readonly onCancel: () => void;
  }): AdoptedJob;
  get(id: JobId): Job;
  list(options: { readonly active: boolean; readonly limit: number }): Job[];
  cancel(id: JobId): Job;
  /** The job now and whenever it changes, ending with its terminal state. */
  watch(id: JobId, signal: AbortSignal | undefined): AsyncGenerator<Job, void, void>;
  /** Resolves with the ended job, whatever its state. */
  ended(id: JobId): Promise<Job>;
  /** Cancel everything that this process drives and wait for it to stop. */
  close(): Promise<void>;
}

export interface AdoptedJob {
  readonly job: Job;
  update(change: {
    readonly state?: Job['state'];
    readonly progress?: Partial<Progress>;
    readonly failure?: Job['failure'];
    readonly result?: unknown;
  }): void;
}
