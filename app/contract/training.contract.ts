import { z } from 'zod';
import { nameOrId, objectName, runId } from './ids.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { run } from './runs.contract.ts';
import { parameterValue } from './wire.ts';

/** One parameter of a template, with what a form or `--help` needs to ask for it. */
export const templateParameter = z.object({
  key: z.string(),
  type: z.enum(['integer', 'number', 'text', 'boolean', 'choice', 'column', 'integers']),
  default: parameterValue.nullable(),
  choices: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  help: z.string(),
  /** Shown only when the form is opened in full. */
  advanced: z.boolean(),
});
export type TemplateParameter = z.infer<typeof templateParameter>;

export const template = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  parameters: z.array(templateParameter),
});
export type Template = z.infer<typeof template>;

export const trainingContract = {
  templates: procedure
    .route({ method: 'GET', path: '/templates', summary: 'What can be trained without writing code' })
    .output(z.array(template)),
  /** Returns as soon as the run is durable; the run itself goes on whatever becomes of the caller. */
  start: procedure
    .route({ method: 'POST', path: '/train', summary: 'Train a template on a data set version' })
    .input(
      z.object({
        ...inProject,
        template: z.string().min(1),
        data: z.object({ dataset: nameOrId, version: z.number().int().positive().optional() }),
        params: z.record(z.string(), parameterValue).default({}),
        /** Defaults to the data set's name. */
        experiment: objectName.optional(),
        name: z.string().trim().min(1).max(200).optional(),
        tags: z.record(z.string(), z.string()).default({}),
        /** The run that this one repeats with changes. */
        parent: runId.optional(),
      }),
    )
    .output(run),
  again: procedure
    .route({
      method: 'POST',
      path: '/runs/{id}/again',
      summary: 'Train again with the same data version and parameters, or some changed',
    })
    .input(z.object({ id: runId, params: z.record(z.string(), parameterValue).default({}) }))
    .output(run),
  resume: procedure
    .route({
      method: 'POST',
      path: '/runs/{id}/resume',
      summary: 'Continue a lost, failed or cancelled run from its last checkpoint',
    })
    .input(z.object({ id: runId }))
    .output(run),
};
