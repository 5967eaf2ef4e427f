import { z } from 'zod';
import { nameOrId } from './ids.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { cell } from './wire.ts';

export const sqlAnswer = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  /** NaN and the infinities are the words "NaN", "Infinity" and "-Infinity"; times are ISO 8601 in UTC. */
  rows: z.array(z.array(cell)),
  /** Whether there were more rows than `limit`. */
  truncated: z.boolean(),
  durationMs: z.number(),
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
};
