/** A value as the writers of logs take it. */
export interface LogPoint {
  readonly key: string;
  readonly step: number;
  readonly value: number;
}

/** Writes one run's log in some tool's format, a piece at a time, as the tool would. */
export interface LogWriter {
  /** What is imported. */
  readonly source: string;
  log(...points: readonly LogPoint[]): void;
  param(key: string, value: string): void;
  /** Write the beginning of what would log this point. @returns writes the rest */
  tear(point: LogPoint): () => void;
  /** Release what is open. */
  close(): void;
}
