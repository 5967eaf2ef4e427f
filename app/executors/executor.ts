import type { RunId } from '../contract/ids.ts';
import type { Progress } from '../contract/wire.ts';

/** Where a run's execution is and how to find it again; stored with the run as JSON. */
export type JobHandle = Readonly<Record<string, string | number | null>>;

/** A GPU that the queue has given to a run. */
export interface GrantedGpu {
  /** The vendor's stable name for it: a UUID such as `GPU-5a1c…`, or a PCI address where there is none. */
  readonly id: string;
  readonly index: number;
  readonly vendor: 'nvidia' | 'amd';
}

/** What the queue gives to a run that it starts. */
export interface Grant {
  readonly gpus: readonly GrantedGpu[];
}

/** What a job has used so far. Counters only grow; null: the target cannot tell. */
export interface JobUsage {
  /** Milliseconds of processor time, all processes of the job together, ended ones included where known. */
  readonly cpuMs: number;
  /** Memory in use now, shared pages counted once where known. */
  readonly memoryBytes: number;
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
  readonly receivedBytes: number | null;
  readonly sentBytes: number | null;
  readonly processes: number;
  /** Ids of the job's processes on this machine, for asking the GPUs about them; empty where there are none. */
  readonly pids: readonly number[];
}

/** What whoever ran a job knows about its end beyond the sentinel. */
export interface JobEvidence {
  /** The kernel or the engine ended it for want of memory. */
  readonly outOfMemory: boolean;
  /** Words for people about what ended it from outside ("the container was removed"); null where nothing did. */
  readonly endedBy: string | null;
  /** Facts learned while it ran, to be kept with the run: `image`, `imageDigest`, `python` … */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A way to execute runs. The core prepares the run's folder (spec.json or launch.json and whatever else the target reads), writes
 * the run's row as `queued`, and only then calls `prepare` and `submit`; so every submitted job has a run that intended it.
 *
 * What a driver promises:
 * - `prepare` makes ready what may take long (an image is pulled, built or loaded). It may be called again after any
 *   interruption and then goes on or finds everything done; nothing of the run itself happens in it. It can be cancelled.
 * - `submit` is called once per attempt and is quick. If the core dies between `submit` and writing down the handle, `find` is
 *   asked on the next start, and `submit` is called again only if `find` returns null. The job therefore carries the
 *   run's id or folder in a place that `find` can see.
 * - The job writes its journal and, last, `exit.json` in the run folder (kernel/ports/run-journal.ts); where nothing inside the
 *   job can do that, `observe` writes it when it sees the end. The sentinel says how a job ended, `collect` adds evidence.
 * - `observe` says whether the job is still there. "gone" without a sentinel is asked a second time, a moment later,
 *   before the run is called lost.
 * - `cancel` asks the job to stop and returns at once; it may be called more than once and for jobs that are gone.
 *   With `force` the job and everything that it started is ended without being asked.
 * - `collect` is called when the run has ended or is lost, before that is written down: it returns evidence and releases what the
 *   target still holds for the job (a container, a control group). What the program left and never named gets its artifact lines there
 *   (collected-outputs.ts); the journals are read once more after it. It may be called more than once.
 * - `usage` says what the job uses now, or null when it cannot tell. It is called once a second and must be cheap.
 * - No method but `usage` is called for one run twice at the same time. All may reject with AppError; an outage of the target is
 *   TARGET_FAILED with retry `later`, and nothing is concluded from it.
 */
export interface Executor {
  /** The kind of target, for example `native`. */
  readonly target: string;
  prepare(
    run: RunId,
    folder: string,
    context: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
  ): Promise<void>;
  submit(run: RunId, folder: string, grant: Grant): Promise<JobHandle>;
  find(run: RunId, folder: string): Promise<JobHandle | null>;
  observe(handle: JobHandle, folder: string): Promise<'running' | 'gone'>;
  cancel(handle: JobHandle, folder: string, force: boolean): Promise<void>;
  collect(handle: JobHandle, folder: string): Promise<JobEvidence>;
  usage(handle: JobHandle, folder: string): Promise<JobUsage | null>;
}
