import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './procedure.ts';
import { epochMs } from './wire.ts';

export const subjectKind = z.enum([
  'workspace',
  'project',
  'dataset',
  'experiment',
  'run',
  'view',
  'model',
  'endpoint',
  'target',
  'job',
  'settings',
]);
export type SubjectKind = z.infer<typeof subjectKind>;

/** One line of the audit log. `hash` chains it to the line before, so a changed or missing line shows. */
export const event = z.object({
  seq: z.number().int().positive(),
  at: epochMs,
  /** `<subject>.<past-tense verb>`, for example `run.finished`. */
  kind: z.string(),
  subject: z.object({ kind: subjectKind, id: z.string() }),
  data: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
export type Event = z.infer<typeof event>;

export const eventsContract = {
  list: procedure
    .route({ method: 'GET', path: '/events', summary: 'The audit log, newest first' })
    .input(
      z.object({
        before: z.number().int().positive().optional(),
        limit: z.number().int().min(1).max(1000).default(100),
      }),
    )
    .output(z.array(event)),
  watch: procedure
    .route({
      method: 'GET',
      path: '/events/watch',
      summary: 'Events as they happen; resumes after `after` without a gap',
    })
    .input(z.object({ after: z.number().int().nonnegative().optional() }))
    .output(eventIterator(event)),
  verify: procedure
    .route({ method: 'GET', path: '/events/verify', summary: 'Check the hash chain of the audit log' })
    .output(
      z.object({ ok: z.boolean(), events: z.number().int(), firstBadSeq: z.number().int().nullable() }),
    ),
};
