import { z } from 'zod';
import type { JobState } from '../../contract/jobs.contract.ts';

/** The states of MLflow's runs by the numbers that files hold and the names that databases do. */
const states: Readonly<Record<string, JobState>> = {
  1: 'running',
  2: 'queued',
  3: 'finished',
  4: 'failed',
  5: 'cancelled',
  RUNNING: 'running',
  SCHEDULED: 'queued',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'cancelled',
};

export const stateOf = (status: unknown): JobState => states[String(status)] ?? 'lost';

/** What Lathe's states are called there. A run whose end nobody saw was killed, as far as MLflow can say. */
export const statusNumberOf = (state: JobState): number =>
  ({ running: 1, queued: 2, finished: 3, failed: 4, cancelled: 5, lost: 5 })[state];

const numberWords: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);

/** A value of a metric as Python prints it; NaN too for what is no number at all. */
export function numberFromText(text: string): number {
  const number = Number(text);
  return Number.isNaN(number) ? (numberWords.get(text.toLowerCase()) ?? number) : number;
}

/** How far a run has been read, in a folder and in a database: it may come from both. */
const position = z.object({
  folder: z.record(z.string(), z.number().int()).nullable(),
  database: z.object({ rowId: z.number().int(), last: z.string() }).nullable(),
  /** Artifacts that were taken, by path, and what tells whether they changed. */
  files: z.record(z.string(), z.string()),
});
export type MlflowPosition = z.infer<typeof position>;

export function readPosition(text: string | null): MlflowPosition {
  return text === null ? { folder: null, database: null, files: {} } : position.parse(JSON.parse(text));
}

/** Tags that are fields of the run here. */
export const isFieldTag = (key: string): boolean => key === 'mlflow.runName';
