/** The core's own log (logs/ in the workspace); never the place for secrets or for a run's output. */
export interface Logger {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  /** A bug or a fault, in full with its causes; returns the incident id that people are shown. */
  error(message: string, error: unknown, facts?: Record<string, unknown>): string;
}
