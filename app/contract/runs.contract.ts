import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { usedSplit } from './data-splits.ts';
import {
  checkResult,
  codeSnapshot,
  energy,
  grantedGpu,
  reproduction,
  resources,
  scheduling,
} from './execution.ts';
import {
  artifactId,
  datasetVersionId,
  digest,
  experimentId,
  jobId,
  nameOrId,
  projectId,
  runId,
} from './ids.ts';
import { failure, jobState } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { recipe } from './recipe.ts';
import { runOrder, runSelection, runTableContract, tableField } from './run-table.contract.ts';
import { epochMs, parameterValue, progress, wireNumber } from './wire.ts';

export const metricSummary = z.object({
  /** Of the greatest step; of several values there the one of the latest time, and of these the one recorded last. */
  last: wireNumber,
  lastStep: z.number().int(),
  firstStep: z.number().int(),
  min: wireNumber,
  max: wireNumber,
  /** Of the finite values. */
  mean: wireNumber,
  points: z.number().int(),
});
export type MetricSummary = z.infer<typeof metricSummary>;

/** Keys that begin so are the machine's telemetry, not the program's own metrics. */
export const SYSTEM_METRIC = 'system/';

/** A data set version that a run read, and the split of it that it took. */
export const runInput = z.object({
  /** The name that the program knows it by; `data` where nothing else was said. */
  name: z.string(),
  datasetVersionId,
  datasetName: z.string(),
  version: z.number().int(),
  digest,
  split: usedSplit.optional(),
});

/** What is needed to repeat a run, captured when it was made. Values are words for people; keys are stable. */
export const environment = z.record(z.string(), z.string());

export const artifact = z.object({
  id: artifactId,
  /** Path inside the run's artifacts, with `/`. */
  path: z.string(),
  sizeBytes: z.number().int(),
  digest,
  kind: z.enum(['file', 'image', 'table', 'model']),
  /** The name it was logged under and its step, where the program said so. */
  key: z.string().nullable(),
  step: z.number().int().nullable(),
  createdAt: epochMs,
});
export type Artifact = z.infer<typeof artifact>;

export const run = z.object({
  id: runId,
  projectId,
  experimentId,
  experimentName: z.string(),
  name: z.string(),
  /** Slot 1 to 12 of the run colours; assigned once and never changed. */
  color: z.number().int().min(1).max(12),
  status: jobState,
  /** `softmax`, `mlp`, `pytorch-cnn` …, or the name of the script. */
  template: z.string(),
  /** Where it runs: `native` for the built-in engine, `process`, `docker` or the name of an added target. */
  target: z.string(),
  params: z.record(z.string(), parameterValue),
  /** Last value of every metric. */
  metrics: z.record(z.string(), wireNumber),
  tags: z.record(z.string(), z.string()),
  inputs: z.array(runInput),
  progress,
  failure: failure.nullable(),
  /** Whether a checkpoint is there that `resume` continues from. */
  resumable: z.boolean(),
  jobId: jobId.nullable(),
  parentRunId: runId.nullable(),
  /** The run that this one repeats exactly, to see whether the same comes out. */
  reproducesRunId: runId.nullable(),
  resources,
  scheduling,
  /** Why a queued run has not started, in words; null once it has. */
  waitingFor: z.string().nullable(),
  /** 1 for the first start, 2 for the first retry … */
  attempt: z.number().int().min(1),
  gpus: z.array(grantedGpu),
  checks: z.array(checkResult),
  /** A trial of a few steps that predicts what the whole would need. */
  preflight: z.boolean(),
  energy: energy.nullable(),
  createdAt: epochMs,
  startedAt: epochMs.nullable(),
  endedAt: epochMs.nullable(),
  durationMs: z.number().nullable(),
});
export type Run = z.infer<typeof run>;

export const runDetail = run.extend({
  metricSummaries: z.record(z.string(), metricSummary),
  environment,
  /** Values of the run as a whole that its program set. */
  summary: z.record(z.string(), z.union([z.string(), wireNumber, z.boolean()])),
  /** Series of the machine's telemetry, such as `system/cpu_percent`; they are kept apart from the program's metrics. */
  systemMetrics: z.record(z.string(), metricSummary),
  /** As it was resolved when the run was made; null for runs of older versions of Lathe. */
  recipe: recipe.nullable(),
  code: codeSnapshot.nullable(),
  artifacts: z.array(artifact),
  models: z.array(z.object({ name: z.string(), version: z.number().int() })),
});
export type RunDetail = z.infer<typeof runDetail>;

/** A series of one metric of one run, downsampled by the core to at most the asked number of buckets. */
export const series = z.object({
  runId,
  key: z.string(),
  /** Points recorded, before downsampling. */
  points: z.number().int(),
  /** Whether each entry stands for more than one point. */
  downsampled: z.boolean(),
  steps: z.array(z.number()),
  timesMs: z.array(z.number()),
  mean: z.array(wireNumber),
  min: z.array(wireNumber),
  max: z.array(wireNumber),
  /** Points that cannot be read because their bytes are damaged, and the steps between which they lie. */
  damaged: z
    .array(z.object({ fromStep: z.number(), toStep: z.number(), points: z.number().int() }))
    .optional(),
});
export type Series = z.infer<typeof series>;

/** The part of a series that a chart shows, both ends included: steps, or times in epoch milliseconds. */
export const seriesRange = z
  .object({ by: z.enum(['step', 'time']).default('step'), from: z.number(), to: z.number() })
  .refine(({ from, to }) => from <= to, 'The range ends before it begins.');

export const metricPoint = z.object({
  key: z.string(),
  step: z.number().int(),
  timeMs: epochMs,
  value: wireNumber,
});
export type MetricPoint = z.infer<typeof metricPoint>;

export const comparedRow = z.object({
  key: z.string(),
  /** One value per run, in the order asked; null where a run has none. */
  values: z.array(z.union([parameterValue, wireNumber, z.null()])),
  differs: z.boolean(),
});

export const comparison = z.object({
  runs: z.array(run),
  params: z.array(comparedRow),
  /** Metrics with the index of the best run; `direction` says which way better lies, or null where it is not known. */
  metrics: z.array(
    comparedRow.extend({
      direction: z.enum(['higher', 'lower']).nullable(),
      best: z.number().int().nullable(),
    }),
  ),
  inputs: z.array(comparedRow),
  environment: z.array(comparedRow),
});
export type Comparison = z.infer<typeof comparison>;

export const logStream = z.enum(['stdout', 'stderr']);

/** A line of a log with the text that was looked for, or, last, what was looked through. */
export const foundInLogs = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('match'),
    runId,
    runName: z.string(),
    stream: logStream,
    /** From 1. */
    line: z.number().int().min(1),
    /** Where the line begins in the file, in bytes; `logs` reads on from there. */
    offset: z.number().int().min(0),
    /** The line, or the part of a long one around the text. */
    text: z.string(),
  }),
  z.object({
    kind: z.literal('end'),
    /** Runs that have logs. */
    runs: z.number().int(),
    sizeBytes: z.number().int(),
    /** Whether the search ended at its limit, so that there may be more. */
    limited: z.boolean(),
  }),
]);
export type FoundInLogs = z.infer<typeof foundInLogs>;

/** What runs can be filtered by, in the form that `complete` of the filter language takes. */
export const filterCandidates = z.object({
  keys: z.array(
    z.object({
      kind: z.enum(['metric', 'param', 'tag', 'data', 'model']),
      key: z.string(),
      runs: z.number().int(),
    }),
  ),
  values: z.record(z.string(), z.array(z.object({ value: z.string(), runs: z.number().int() }))),
});
export type RunFilterCandidates = z.infer<typeof filterCandidates>;

export const experiment = z.object({
  id: experimentId,
  projectId,
  name: z.string(),
  runs: z.number().int(),
  createdAt: epochMs,
});
export type Experiment = z.infer<typeof experiment>;

const one = z.object({ id: runId });

export const runsContract = {
  ...runTableContract,
  list: procedure
    .route({ method: 'GET', path: '/runs', summary: 'Runs of a project' })
    .input(
      runSelection.extend(runOrder.shape).extend({
        /**
         * `metrics.<key>`, `params.<key>` and `tags.<key>` that the runs come with; without it they come with all that they have. A table
         * of few columns is so not sent what it does not show.
         */
        fields: z.array(tableField).max(500).optional(),
        limit: z.number().int().min(1).max(1000).default(200),
        offset: z.number().int().min(0).default(0),
      }),
    )
    .output(z.object({ runs: z.array(run), total: z.number().int() })),
  /** Counts are of all runs that the project ever had. Values come with their field only. */
  filterHelp: procedure
    .route({
      method: 'GET',
      path: '/runs/filter-help',
      summary: 'What runs can be filtered by, and the most frequent values of a field',
    })
    .input(
      z.object({
        ...inProject,
        /** `params.KEY`, `tags.KEY`, `name`, `experiment`, `template`, `target` or `user`; its values come then, and no keys. */
        field: z.string().max(300).optional(),
      }),
    )
    .output(filterCandidates),
  /** The newest runs first. */
  searchLogs: procedure
    .route({ method: 'POST', path: '/runs/search-logs', summary: 'Lines of logs that have a text in them' })
    .input(
      z.object({
        ...inProject,
        /** Looked for as it is; it is no pattern. */
        text: z.string().min(1).max(1000),
        caseSensitive: z.boolean().default(false),
        /** Without any, all that the filter finds. */
        runs: z.array(runId).max(1000).optional(),
        filter: z.string().max(10_000).optional(),
        streams: z.array(logStream).min(1).default(['stdout', 'stderr']),
        limit: z.number().int().min(1).max(10_000).default(200),
      }),
    )
    .output(eventIterator(foundInLogs)),
  experiments: procedure
    .route({ method: 'GET', path: '/experiments', summary: 'Experiments of a project' })
    .input(z.object(inProject))
    .output(z.array(experiment)),
  /** A run by id, or by name where the name is unique in the project. */
  get: procedure
    .route({ method: 'GET', path: '/runs/{run}', summary: 'One run' })
    .input(z.object({ ...inProject, run: nameOrId }))
    .output(runDetail),
  compare: procedure
    .route({
      method: 'POST',
      path: '/runs/compare',
      summary: 'How runs differ in parameters, metrics, data and environment',
    })
    .input(z.object({ runs: z.array(runId).min(1).max(100) }))
    .output(comparison),
  series: procedure
    .route({ method: 'POST', path: '/runs/series', summary: 'Curves, downsampled to what a chart draws' })
    .input(
      z.object({
        runs: z.array(runId).min(1).max(100),
        /** Without any, all that the program recorded; the machine's telemetry has to be named. */
        keys: z.array(z.string()).max(200).optional(),
        maxPoints: z.number().int().min(10).max(10_000).default(1000),
        range: seriesRange.optional(),
      }),
    )
    .output(z.array(series)),
  points: procedure
    .route({ method: 'GET', path: '/runs/{id}/points', summary: 'Every recorded point of a run' })
    .input(
      z.object({
        id: runId,
        key: z.string().optional(),
        limit: z.number().int().min(1).max(100_000).default(10_000),
        offset: z.number().int().min(0).default(0),
      }),
    )
    .output(
      z.object({
        points: z.array(metricPoint),
        total: z.number().int(),
        /** Points that cannot be read; they are left out, and counted by limit and offset all the same. */
        damaged: z
          .array(
            z.object({
              run: runId,
              key: z.string(),
              fromStep: z.number(),
              toStep: z.number(),
              points: z.number().int(),
            }),
          )
          .optional(),
      }),
    ),
  /** New points as they are recorded, in batches; starts with those recorded from now on. */
  watchMetrics: procedure
    .route({ method: 'POST', path: '/runs/watch-metrics', summary: 'Metric points as they are recorded' })
    .input(z.object({ runs: z.array(runId).min(1).max(100) }))
    .output(eventIterator(z.object({ runId, points: z.array(metricPoint) }))),
  logs: procedure
    .route({
      method: 'GET',
      path: '/runs/{id}/logs',
      summary: 'Log text from a byte offset; a negative offset counts from the end',
    })
    .input(
      z.object({
        id: runId,
        stream: logStream.default('stdout'),
        offset: z.number().int().default(-65536),
        limit: z.number().int().min(1).max(1_048_576).default(65_536),
      }),
    )
    .output(
      z.object({
        text: z.string(),
        offset: z.number().int(),
        nextOffset: z.number().int(),
        sizeBytes: z.number().int(),
      }),
    ),
  /** A slice of an artifact's bytes; at most 8 MiB a call. */
  artifactBytes: procedure
    .route({ method: 'GET', path: '/artifacts/{id}/bytes', summary: 'Bytes of an artifact' })
    .input(
      z.object({
        id: artifactId,
        offset: z.number().int().min(0).default(0),
        length: z.number().int().min(1).max(8_388_608).default(8_388_608),
      }),
    )
    .output(z.instanceof(Blob)),
  update: procedure
    .route({
      method: 'PATCH',
      path: '/runs/{id}',
      summary: 'Rename a run or change its tags; a null tag is removed',
    })
    .input(
      one.extend({
        name: z.string().trim().min(1).max(200).optional(),
        tags: z.record(z.string().min(1).max(250), z.string().max(5000).nullable()).optional(),
      }),
    )
    .output(run),
  queue: procedure
    .route({ method: 'GET', path: '/queue', summary: 'Runs that wait or run, in the order they would start' })
    .output(z.object({ paused: z.boolean(), runs: z.array(run) })),
  /** A paused queue starts nothing; what runs goes on. */
  pauseQueue: procedure
    .route({ method: 'POST', path: '/queue/pause', summary: 'Pause the queue or let it go on' })
    .input(z.object({ paused: z.boolean() }))
    .output(z.object({ paused: z.boolean() })),
  reschedule: procedure
    .route({ method: 'PATCH', path: '/runs/{id}/scheduling', summary: 'Change when a queued run starts' })
    .input(one.extend({ change: scheduling.partial() }))
    .output(run),
  reproduction: procedure
    .route({
      method: 'GET',
      path: '/runs/{id}/reproduction',
      summary: 'How a reproduction compares with its original, metric by metric',
    })
    .input(one)
    .output(reproduction),
  /** A file of the code as it was when the run was made; at most 1 MiB. */
  code: procedure
    .route({
      method: 'GET',
      path: '/runs/{id}/code',
      summary: 'Files of the code snapshot, or the text of one',
    })
    .input(one.extend({ path: z.string().optional() }))
    .output(
      z.object({
        files: z.array(z.object({ path: z.string(), sizeBytes: z.number().int(), digest })),
        text: z.string().nullable(),
        diff: z.string().nullable(),
      }),
    ),
  /** A folder that the SDK wrote where Lathe was not; taking the same one again adds only what is new. */
  import: procedure
    .route({ method: 'POST', path: '/runs/import', summary: 'Take over the folder of a run made elsewhere' })
    .input(z.object({ ...inProject, path: z.string().min(1) }))
    .output(run),
  cancel: procedure
    .route({
      method: 'POST',
      path: '/runs/{id}/cancel',
      summary: 'Cancel a run; cancelling an ended run changes nothing',
    })
    .input(one)
    .output(run),
  delete: procedure
    .route({
      method: 'POST',
      path: '/runs/delete',
      summary: 'Delete runs that have ended; `restore` brings them back until garbage is collected',
    })
    .input(z.object({ runs: z.array(runId).min(1).max(1000) }))
    .output(z.object({ deleted: z.array(runId), freesBytes: z.number().int() })),
  restore: procedure
    .route({ method: 'POST', path: '/runs/restore', summary: 'Undo the deletion of runs' })
    .input(z.object({ runs: z.array(runId).min(1).max(1000) }))
    .output(z.array(run)),
};
