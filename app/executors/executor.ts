import type { RunId } from '../contract/ids.ts';

/** Where a run's execution is and how to find it again; stored with the run as JSON. */
export type JobHandle = Readonly<Record<string, string | number | null>>;

/**
 * A way to execute runs. The core prepares the run's folder (spec.json and whatever else the target reads), writes
 * the run's row as `queued`, and only then calls `submit`; so every submitted job has a run that intended it.
 *
 * What a driver promises:
 * - `submit` is called once per attempt. If the core dies between `submit` and writing down the handle, `find` is
 *   asked on the next start, and `submit` is called again only if `find` returns null. The job therefore carries the
 *   run's id or folder in a place that `find` can see.
 * - The job writes its journal and, last, `exit.json` in the run folder (kernel/ports/run-journal.ts). A driver does
 *   not say how a job ended; the sentinel does.
 * - `observe` says whether the job is still there. "gone" without a sentinel is asked a second time, a moment later,
 *   before the run is called lost.
 * - `cancel` asks the job to stop and returns at once; it may be called more than once and for jobs that are gone.
 *   With `force` the job is ended without being asked.
 * - No method is called for one run twice at the same time. All may reject with AppError; an outage of the target is
 *   TARGET_FAILED with retry `later`, and nothing is concluded from it.
 */
export interface Executor {
  /** The target's name as people see it, for example `native`. */
  readonly target: string;
  submit(run: RunId, folder: string): Promise<JobHandle>;
  find(run: RunId, folder: string): Promise<JobHandle | null>;
  observe(handle: JobHandle, folder: string): Promise<'running' | 'gone'>;
  cancel(handle: JobHandle, folder: string, force: boolean): Promise<void>;
}
