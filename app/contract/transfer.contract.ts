import { z } from 'zod';
import { nameOrId, objectName, runId } from './ids.ts';
import { job } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';

/** Whose files runs are taken from. `lathe` is a folder that the SDK wrote where Lathe was not. */
export const importFormat = z.enum(['lathe', 'tensorboard', 'wandb', 'mlflow', 'csv']);
export type ImportFormat = z.infer<typeof importFormat>;

export const exportFormat = z.enum(['mlflow', 'tensorboard', 'csv', 'parquet']);
export type ExportFormat = z.infer<typeof exportFormat>;

/** The result of a `run.import` job. */
export const transferredRuns = z.object({
  format: importFormat,
  /** At most 1,000 of them are named. */
  runs: z.array(
    z.object({
      id: runId,
      name: z.string(),
      isNew: z.boolean(),
      points: z.number().int(),
      artifacts: z.number().int(),
    }),
  ),
  /** Counts of all of them: runs that were not there before, and what was added to new and known runs. */
  newRuns: z.number().int(),
  knownRuns: z.number().int(),
  points: z.number().int(),
  artifacts: z.number().int(),
  /** Versions of registered models that were not there before. */
  modelVersions: z.number().int(),
  /** Runs that were not taken, and why. */
  skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** What was left out of runs that were taken. */
  notes: z.array(z.string()),
});
export type TransferredRuns = z.infer<typeof transferredRuns>;

/** What is at a path, as far as can be told without importing it. */
export const inspectedSource = z.object({
  format: importFormat,
  /** What the format is, for people. */
  title: z.string(),
  /** Runs that are there; a few of their names, and of the experiments that the source names. */
  runs: z.number().int(),
  names: z.array(z.string()),
  experiments: z.array(z.string()),
});
export type InspectedSource = z.infer<typeof inspectedSource>;

/** The result of a `run.export` job. */
export const exportedRuns = z.object({
  format: exportFormat,
  path: z.string(),
  runs: z.number().int(),
  points: z.number().int(),
  sizeBytes: z.number().int(),
  notes: z.array(z.string()),
});
export type ExportedRuns = z.infer<typeof exportedRuns>;

const formatFact = z.object({ format: z.string(), title: z.string() });

export const transferContract = {
  formats: procedure
    .route({
      method: 'GET',
      path: '/transfer/formats',
      summary: 'Formats that runs can be imported from and exported to',
    })
    .output(z.object({ imports: z.array(formatFact), exports: z.array(formatFact) })),
  /** Reads only what tells the runs apart, and changes nothing. */
  inspect: procedure
    .route({ method: 'POST', path: '/transfer/inspect', summary: 'Which runs of which tool are at a path' })
    .input(
      z.object({
        path: z.string().min(1),
        format: z.union([importFormat, z.literal('auto')]).default('auto'),
      }),
    )
    .output(inspectedSource),
  /** The job's result is `transferredRuns`. Taking the same source again adds only what is new. */
  import: procedure
    .route({ method: 'POST', path: '/transfer/import', summary: "Import runs from another tool's files" })
    .input(
      z.object({
        ...inProject,
        path: z.string().min(1),
        format: z.union([importFormat, z.literal('auto')]).default('auto'),
        /** Put new runs here instead of into the experiment that the source names. */
        experiment: objectName.optional(),
        /** Go on reading what is added until the job is cancelled. */
        follow: z.boolean().default(false),
      }),
    )
    .output(job),
  /** The job's result is `exportedRuns`. */
  export: procedure
    .route({ method: 'POST', path: '/transfer/export', summary: "Export runs to another tool's files" })
    .input(
      z.object({
        ...inProject,
        runs: z.array(nameOrId).min(1).max(100_000),
        format: exportFormat,
        /** A folder that is not there yet, or is empty. */
        path: z.string().min(1),
      }),
    )
    .output(job),
};
