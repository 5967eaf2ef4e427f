import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { errorData } from './errors.ts';
import { jobId, runId } from './ids.ts';
import { procedure } from './procedure.ts';
import { epochMs, progress } from './wire.ts';

/** The states of every job and of every run, everywhere. `lost` is a job whose end nobody saw. */
export const jobState = z.enum(['queued', 'running', 'finished', 'failed', 'cancelled', 'lost']);
export type JobState = z.infer<typeof jobState>;

export const terminalStates: readonly JobState[] = ['finished', 'failed', 'cancelled', 'lost'];

export const jobKind = z.enum([
  'dataset.import',
  'dataset.checkout',
  'dataset.verify',
  'dataset.look',
  'dataset.split',
  'dataset.leakage',
  'dataset.check',
  'dataset.export',
  'run',
  'run.import',
  'run.export',
  'storage.measure',
  'storage.collect',
  'storage.check',
  'sample',
]);
export type JobKind = z.infer<typeof jobKind>;

export const failure = z.object({ code: z.string(), message: z.string(), data: errorData });
export type Failure = z.infer<typeof failure>;

export const job = z.object({
  id: jobId,
  kind: jobKind,
  title: z.string(),
  state: jobState,
  progress,
  runId: runId.nullable(),
  /** Set when the job failed. */
  failure: failure.nullable(),
  /** What the job made; its form depends on the kind (see the procedure that started it). */
  result: z.unknown(),
  createdAt: epochMs,
  startedAt: epochMs.nullable(),
  endedAt: epochMs.nullable(),
});
export type Job = z.infer<typeof job>;

export const jobsContract = {
  list: procedure
    .route({
      method: 'GET',
      path: '/jobs',
      summary: 'Work in progress, newest first, and the last that ended',
    })
    .input(
      z.object({ active: z.boolean().default(false), limit: z.number().int().min(1).max(500).default(50) }),
    )
    .output(z.array(job)),
  get: procedure
    .route({ method: 'GET', path: '/jobs/{id}', summary: 'One job' })
    .input(z.object({ id: jobId }))
    .output(job),
  cancel: procedure
    .route({
      method: 'POST',
      path: '/jobs/{id}/cancel',
      summary: 'Cancel a job; cancelling an ended job changes nothing',
    })
    .input(z.object({ id: jobId }))
    .output(job),
  watch: procedure
    .route({ method: 'GET', path: '/jobs/{id}/watch', summary: 'A job as it changes, until it ends' })
    .input(z.object({ id: jobId }))
    .output(eventIterator(job)),
};
