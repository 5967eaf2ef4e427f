export interface NvidiaTiming {
  /** How often the tool prints. */
  readonly everyMs: number;
  /** All GPUs come in one burst, which is over when nothing more has come for this long. */
  readonly settleMs: number;
  /** A GPU that has not been told of for this long is gone. */
  readonly staleMs: number;
  /** A reader of a tool that was just started waits this long for its first burst. */
  readonly waitMs: number;
  /** A tool that has said nothing for this long hangs. */
  readonly answerMs: number;
  /** The tool is ended when nobody has asked for this long. */
  readonly idleMs: number;
  /** Pause before it is started again after it failed; doubled each time up to the longest. */
  readonly retryMs: number;
  readonly longestRetryMs: number;
  /** How often is asked who holds memory on the GPUs, and how long the first answer to that is waited for. */
  readonly processesEveryMs: number;
  readonly processesWaitMs: number;
}

export const nvidiaTiming: NvidiaTiming = {
  everyMs: 1000,
  settleMs: 200,
  staleMs: 5000,
  waitMs: 5000,
  // Without its persistence mode a driver with many cards takes seconds to wake.
  answerMs: 15_000,
  idleMs: 5000,
  retryMs: 1000,
  longestRetryMs: 60_000,
  processesEveryMs: 5000,
  processesWaitMs: 3000,
};
