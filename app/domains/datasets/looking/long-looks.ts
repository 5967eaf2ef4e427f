import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, errorTable } from '../../../contract/errors.ts';
import type { JobId } from '../../../contract/ids.ts';
import type { Job } from '../../../contract/jobs.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import type { JobContext } from '../../../kernel/job-machine.ts';
import type { LookOptions } from '../../../kernel/ports/table-inspector.ts';

/** A look that ends within this is answered at once: most tables are small. */
const PATIENCE_MS = 600;

export type Looked<T> = { state: 'ready'; result: T } | { state: 'working'; job: Job };

export interface LongLook<T> {
  /** Names what is looked for: one job at a time works on it, whoever asks. */
  readonly key: string;
  readonly title: string;
  /** What is known already, or null. */
  readonly kept: () => T | null;
  /** Work it out and keep it, so that `kept` has it. */
  readonly work: (options: LookOptions) => Promise<void>;
}

/** Looks that are worked out by jobs and kept. */
export function createLongLooks({ jobs }: Pick<Core, 'jobs'>) {
  const underWay = new Map<string, JobId>();

  function start<T>({ key, title, work }: LongLook<T>): JobId {
    const { id } = jobs.start({ kind: 'dataset.look', title }, async (context) => {
      try {
        await work(optionsOf(context));
        return null;
      } finally {
        underWay.delete(key);
      }
    });
    underWay.set(key, id);
    return id;
  }

  return {
    /** @throws AppError what the look failed with, where it did so at once */
    async look<T>(look: LongLook<T>): Promise<Looked<T>> {
      const known = look.kept();
      if (known !== null) return { state: 'ready', result: known };
      const id = underWay.get(look.key) ?? start(look);
      const waiting = new AbortController();
      await Promise.race([
        jobs.ended(id),
        delay(PATIENCE_MS, null, { signal: waiting.signal }).catch(() => {}),
      ]);
      waiting.abort();
      const job = jobs.get(id);
      const result = look.kept();
      if (result !== null) return { state: 'ready', result };
      if (job.failure) throw failureOf(job.failure);
      return { state: 'working', job };
    },
  };
}

export function optionsOf({ signal, progress }: Pick<JobContext, 'signal' | 'progress'>): LookOptions {
  return { signal, onProgress: (fraction, message) => progress({ fraction, message }) };
}

function failureOf({ code, message, data }: NonNullable<Job['failure']>): AppError {
  const known = code in errorTable ? (code as ErrorCode) : 'BUG';
  return new AppError(known, message, { nextStep: data.nextStep, details: data.details });
}
