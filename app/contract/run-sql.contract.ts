import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { nameOrId, runId } from './ids.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { cell } from './wire.ts';

/** Points between two steps of a metric whose bytes on the disk are not what was written. */
const damagedPlace = z.object({
  runId,
  key: z.string(),
  fromStep: z.number(),
  toStep: z.number(),
  points: z.number().int(),
});

/** A part of what a check found; the last one says what was read. */
export const verifiedMetrics = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), points: z.number().int(), total: z.number().int() }),
  z.object({
    kind: z.literal('damaged'),
    runName: z.string(),
    ...damagedPlace.shape,
    /** `overview`: all points are there, but what charts read of them is damaged; they read the points instead. */
    what: z.enum(['points', 'overview']),
  }),
  z.object({
    kind: z.literal('end'),
    runs: z.number().int(),
    points: z.number().int(),
    damagedPoints: z.number().int(),
  }),
]);
export type VerifiedMetrics = z.infer<typeof verifiedMetrics>;

export const sqlAnswer = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  /** NaN and the infinities are the words "NaN", "Infinity" and "-Infinity"; times are ISO 8601 in UTC. */
  rows: z.array(z.array(cell)),
  /** Whether there were more rows than `limit`. */
  truncated: z.boolean(),
  durationMs: z.number(),
  /** Points that the query would have read and that cannot be: the answer is without them. */
  damaged: z.object({ points: z.number().int(), places: z.array(damagedPlace) }).optional(),
});
export type SqlAnswer = z.infer<typeof sqlAnswer>;

export const runSqlContract = {
  /** The views `runs`, `params`, `metrics`, `points`, `tags`, `artifacts` and `data` are explained in docs/reading-out.md. */
  query: procedure
    .route({ method: 'POST', path: '/runs/sql', summary: 'One SQL query over the runs of a project' })
    .input(
      z.object({
        ...inProject,
        query: z.string().min(1).max(100_000),
        limit: z.number().int().min(1).max(100_000).default(1000),
        timeLimitMs: z.number().int().min(100).max(600_000).default(60_000),
        /** The view `points` holds only these runs and these metrics. */
        runs: z.array(nameOrId).min(1).max(1000).optional(),
        keys: z.array(z.string()).min(1).max(1000).optional(),
      }),
    )
    .output(sqlAnswer),
  /** Every point is read; nothing is changed. */
  verify: procedure
    .route({ method: 'POST', path: '/runs/verify', summary: 'Check the stored metrics of runs' })
    .input(
      z.object({
        ...inProject,
        /** Without any, all runs of the project, deleted ones too. */
        runs: z.array(nameOrId).min(1).max(1000).optional(),
      }),
    )
    .output(eventIterator(verifiedMetrics)),
};
