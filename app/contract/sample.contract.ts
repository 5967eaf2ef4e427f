import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { digest, runId } from './ids.ts';
import { job } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { progress, wireNumber } from './wire.ts';

/** `Job.result` of a finished `sample` job; also what `npm run demo -- --exit --json` prints. */
export const sampleResult = z.object({
  dataset: z.object({
    name: z.string(),
    version: z.number().int(),
    rows: z.number().int(),
    digest,
    reused: z.boolean(),
  }),
  runs: z.array(
    z.object({
      id: runId,
      template: z.string(),
      testAccuracy: wireNumber,
      steps: z.number().int(),
      durationMs: z.number(),
    }),
  ),
  model: z.object({ name: z.string(), version: z.number().int(), alias: z.string() }),
  endpoint: z.object({ url: z.string() }),
  predictions: z.array(z.object({ predicted: z.string(), actual: z.string() })),
});
export type SampleResult = z.infer<typeof sampleResult>;

export const sampleStep = z.object({
  id: z.enum(['import', 'train-softmax', 'train-mlp', 'compare', 'register', 'serve', 'predict']),
  title: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  /** Where to look at what the step made: a path of the application, for example `/runs/<id>`. */
  href: z.string().nullable(),
  detail: z.string(),
  progress: progress.nullable(),
});
export type SampleStep = z.infer<typeof sampleStep>;

export const sampleContract = {
  /** Import the digits, train two models, compare, register, serve, predict: the whole main job, once. */
  start: procedure
    .route({ method: 'POST', path: '/sample', summary: 'Do the whole main job with the sample data' })
    .output(job),
  /** The steps of the running or last sample job, as they change. */
  watch: procedure
    .route({ method: 'GET', path: '/sample/watch', summary: 'The steps of the sample job as they change' })
    .output(eventIterator(z.array(sampleStep))),
};
