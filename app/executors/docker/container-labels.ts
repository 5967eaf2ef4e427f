/** What Lathe writes on everything that it makes in an engine, so that it finds that again and touches nothing else. */
export const labels = {
  workspace: 'lathe.workspace',
  run: 'lathe.run',
  /** Tells the container of this attempt from one that a former attempt left. */
  attempt: 'lathe.attempt',
  timeLimitMs: 'lathe.time-limit-ms',
  /** `container` or `core`: who ends the program when its time is over. */
  timeWatch: 'lathe.time-watch',
} as const;
