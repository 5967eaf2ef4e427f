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
  /** Say that the run read data; null where the format cannot. */
  readonly read: ((name: string, digest: string) => void) | null;
  /** Register a file of the run, which is written too, as a version of a model with an alias; null where the format cannot. */
  readonly register: ((model: string, version: number, alias: string) => void) | null;
  /** Write the beginning of what would log this point. @returns writes the rest */
  tear(point: LogPoint): () => void;
  /** Release what is open. */
  close(): void;
}
