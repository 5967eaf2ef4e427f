import { z } from 'zod';
import { digest, runId } from './ids.ts';
import { epochMs, wireNumber } from './wire.ts';

/** What a run may use; null: no limit. */
export const resources = z.object({
  /** Processor cores, may be a fraction. */
  cpus: z.number().positive().nullable(),
  memoryBytes: z.number().int().positive().nullable(),
  gpus: z.number().int().min(0),
  /** Whether other runs that say the same may use the same GPUs meanwhile. */
  shareGpus: z.boolean(),
  /** Size of /dev/shm in a container; null: the engine's default. */
  shmBytes: z.number().int().positive().nullable(),
  timeLimitMs: z.number().int().positive().nullable(),
});
export type RunResources = z.infer<typeof resources>;

/** No limits and no GPU. */
export const unlimited: RunResources = {
  cpus: null,
  memoryBytes: null,
  gpus: 0,
  shareGpus: false,
  shmBytes: null,
  timeLimitMs: null,
};

/** What decides when a queued run starts. */
export const scheduling = z.object({
  /** Higher starts first; runs of one priority start in the order they were made. */
  priority: z.number().int().min(-1000).max(1000),
  /** Not before this time. */
  notBefore: epochMs.nullable(),
  /** Not before these runs have finished; if one of them ends otherwise, this one is cancelled. */
  after: z.array(runId).max(100),
  /** How often it is started again after a failure that may pass. */
  retries: z.number().int().min(0).max(100),
  /** Kept in the queue until it is let go. */
  held: z.boolean(),
});
export type Scheduling = z.infer<typeof scheduling>;

/** As soon as there is room. */
export const atOnce: Scheduling = { priority: 0, notBefore: null, after: [], retries: 0, held: false };

/** A GPU that a run was given. */
export const grantedGpu = z.object({
  id: z.string(),
  index: z.number().int(),
  vendor: z.enum(['nvidia', 'amd']),
});

/** A condition on a metric that a recipe asks for; `passed` is null until the run has finished. */
export const checkResult = z.object({
  expression: z.string(),
  value: wireNumber.nullable(),
  passed: z.boolean().nullable(),
});
export type CheckResult = z.infer<typeof checkResult>;

/** The code as it was when the run was made. */
export const codeSnapshot = z.object({
  /** Of the snapshot's list of files. */
  digest,
  files: z.number().int(),
  sizeBytes: z.number().int(),
  /** Folder that it was taken from. */
  folder: z.string(),
  git: z
    .object({
      commit: z.string().nullable(),
      branch: z.string().nullable(),
      remote: z.string().nullable(),
      /** Whether there were uncommitted changes; they are in the snapshot, and as text in `diff`. */
      dirty: z.boolean(),
      /** Of the uncommitted changes as a patch, readable as an object. */
      diff: digest.nullable(),
    })
    .nullable(),
});
export type CodeSnapshot = z.infer<typeof codeSnapshot>;

/** Energy of a run so far, of what could be measured. */
export const energy = z.object({
  wattHours: z.number().nonnegative(),
  /** Milliseconds over which it was measured: less than the run's duration where Lathe was closed meanwhile. */
  sampledMs: z.number().nonnegative(),
  /** With the price from the settings; null without one. */
  cost: z.number().nonnegative().nullable(),
  currency: z.string().nullable(),
});
export type RunEnergy = z.infer<typeof energy>;

/** How a metric of a reproduction compares with the original's. */
export const reproducedMetric = z.object({
  key: z.string(),
  original: wireNumber.nullable(),
  reproduced: wireNumber.nullable(),
  /** `identical`: every point is; `close`: the last values differ by at most 1e-6 of their size. */
  verdict: z.enum(['identical', 'close', 'differs', 'missing']),
  /** Whether it tells a time or a speed, going by its name: such a metric does not count for the whole. */
  timing: z.boolean(),
  /** Step of the first point that is not identical; null where all are. */
  firstDifferentStep: z.number().int().nullable(),
});

export const reproduction = z.object({
  original: runId,
  reproduced: runId,
  /** `pending` while the reproduction has not ended. */
  verdict: z.enum(['identical', 'close', 'differs', 'pending', 'failed']),
  metrics: z.array(reproducedMetric),
  /** Facts of the environment that are not the same. */
  environment: z.array(
    z.object({ key: z.string(), original: z.string().nullable(), reproduced: z.string().nullable() }),
  ),
});
export type Reproduction = z.infer<typeof reproduction>;
