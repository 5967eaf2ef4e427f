import { z } from 'zod';
import { splitChoice } from './data-splits.ts';
import { scheduling } from './execution.ts';
import { nameOrId, objectName, runId } from './ids.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { environmentChange, recipe, resourcesChange } from './recipe.ts';
import { run } from './runs.contract.ts';
import { doctorCheck } from './system.contract.ts';
import { versionName } from './version-name.ts';
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
  /** `native`: trained by Lathe itself; `program`: a program with a recipe, to be changed as one likes. */
  kind: z.enum(['native', 'program']),
  parameters: z.array(templateParameter),
  /** Names of the data sets it reads; the first is the one that `data` gives. */
  inputs: z.array(z.object({ name: z.string(), required: z.boolean() })),
  /** What it needs installed: the requirements of its environment. */
  needs: z.array(z.string()),
});
export type Template = z.infer<typeof template>;

/** A data set, and the version (by number, alias or digest) where it is not the latest. */
export const dataReference = z.object({
  dataset: nameOrId,
  version: versionName.optional(),
  /** A named split of the version, and which of its folds is held out. */
  split: splitChoice.optional(),
});

/** What to train: exactly one of `template`, `path` and `recipe`. */
const what = {
  /** Id of a template. */
  template: z.string().min(1).optional(),
  /** Absolute path, on the machine of this Lathe, of a script, of a recipe or of a folder with a recipe.yaml. */
  path: z.string().min(1).optional(),
  /** A recipe as the Train dialog makes it; `folder` is the absolute path that its paths are relative to. */
  recipe: z.object({ definition: recipe, folder: z.string().min(1) }).optional(),
};

export const trainRequest = z.object({
  ...inProject,
  ...what,
  /** The main data set. */
  data: dataReference.optional(),
  /** Data sets by the name that the recipe gives them. */
  inputs: z.record(z.string(), dataReference).default({}),
  params: z.record(z.string(), parameterValue).default({}),
  /** Words to append to the program's command line. */
  args: z.array(z.string()).max(1000).default([]),
  /** Defaults to the recipe's, then to the data set's name. */
  experiment: objectName.optional(),
  name: z.string().trim().min(1).max(200).optional(),
  tags: z.record(z.string(), z.string()).default({}),
  /** Defaults to the recipe's target, then to `native` for native templates and `process` for programs. */
  target: z.string().min(1).optional(),
  /** On top of what the recipe says. */
  resources: resourcesChange.optional(),
  environment: environmentChange.optional(),
  scheduling: scheduling.partial().optional(),
  /** Only a trial of a few steps, to predict what the whole would need. */
  preflight: z.boolean().default(false),
  /** Start although a blocking check of the data does not pass; the run remembers that. */
  overrideChecks: z.boolean().default(false),
  /** The run that this one repeats with changes. */
  parent: runId.optional(),
});
export type TrainRequest = z.input<typeof trainRequest>;

/** What a trial run says about the whole; null where it could not be told. */
export const prediction = z.object({
  stepMs: z.number().nullable(),
  totalSteps: z.number().nullable(),
  durationMs: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  peakGpuMemoryBytes: z.number().nullable(),
  diskBytes: z.number().nullable(),
  /** What to know before starting, worst first. */
  findings: z.array(doctorCheck),
});
export type Prediction = z.infer<typeof prediction>;

export const trainingContract = {
  templates: procedure
    .route({ method: 'GET', path: '/templates', summary: 'What can be trained without writing code' })
    .output(z.array(template)),
  /** What a script, a recipe or a template would run, for a form to ask for the rest. */
  describe: procedure
    .route({
      method: 'POST',
      path: '/train/describe',
      summary: 'What a script, recipe or template would run',
    })
    .input(z.object(what))
    .output(
      z.object({
        recipe,
        folder: z.string().nullable(),
        parameters: z.array(templateParameter),
        /** The recipe as YAML. */
        yaml: z.string(),
      }),
    ),
  /** Checks without running anything: interpreter or engine, GPUs, memory, disk, data. */
  preflight: procedure
    .route({
      method: 'POST',
      path: '/train/preflight',
      summary: 'Whether a run could start here, and what it lacks',
    })
    .input(trainRequest)
    .output(z.object({ ready: z.boolean(), checks: z.array(doctorCheck) })),
  /** What a trial run (`preflight: true`) tells about the whole. */
  prediction: procedure
    .route({
      method: 'GET',
      path: '/runs/{id}/prediction',
      summary: 'Time, memory and disk that a trial run predicts',
    })
    .input(z.object({ id: runId }))
    .output(prediction),
  /** Returns as soon as the run is durable; the run itself goes on whatever becomes of the caller. */
  start: procedure
    .route({ method: 'POST', path: '/train', summary: 'Train a template, a script or a recipe' })
    .input(trainRequest)
    .output(run),
  again: procedure
    .route({
      method: 'POST',
      path: '/runs/{id}/again',
      summary: 'Train again with the same data version and parameters, or some changed',
    })
    .input(
      z.object({
        id: runId,
        params: z.record(z.string(), parameterValue).default({}),
        target: z.string().min(1).optional(),
        overrideChecks: z.boolean().default(false),
      }),
    )
    .output(run),
  /** The same code, data, parameters, seed and packages or image; `runs.reproduction` then says whether the same came out. */
  reproduce: procedure
    .route({ method: 'POST', path: '/runs/{id}/reproduce', summary: 'Repeat a run exactly' })
    .input(z.object({ id: runId }))
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
