import type { Executor, Grant } from '../../executors/executor.ts';
import type { AdoptedJob } from '../../kernel/job-machine.ts';
import type { RunRow } from './runs.repository.ts';

/** A target as the runs see it. */
export interface RunTarget {
  readonly executor: Executor;
  /** Whether its runs use the processors, memory and GPUs of this machine. */
  readonly local: boolean;
}

/** A run whose job is there, as far as is known. */
export interface WatchedRun {
  readonly job: AdoptedJob;
  readonly handle: NonNullable<RunRow['handle']>;
  readonly grant: Grant;
  /** Whether the start is written down; a full disk may have kept it from that, and it is tried again. */
  noted: boolean;
  /** Seen gone without a sentinel once; the second time it is lost. */
  goneOnce: boolean;
  /** How often its target failed to collect it. */
  collectFailures: number;
  /** When it was last asked to stop. */
  cancelledAt: number | null;
}
