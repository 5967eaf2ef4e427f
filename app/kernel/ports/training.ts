import { z } from 'zod';

/**
 * What the native engine is told: `<run folder>/spec.json`. Every parameter is resolved (defaults applied, types
 * checked) by domains/training before. The worker writes `journal/native.jsonl`, `outputs/model.onnx`,
 * `outputs/split.json`, `checkpoint/` and, last, `exit.json` (see ports/run-journal.ts). SIGTERM, or a file named
 * `cancel` in the run folder where there are no signals, asks it to stop after the current step.
 */
export const trainParams = z.object({
  /** Column to predict. */
  target: z.string(),
  /** `auto`: classification for text, boolean and integers of at most 20 distinct values, else regression. */
  task: z.enum(['auto', 'classification', 'regression']),
  /** Columns not to use as features. */
  exclude: z.array(z.string()),
  /** Sizes of the hidden layers; empty for softmax (or linear) regression. */
  hidden: z.array(z.number().int().positive()),
  activation: z.enum(['relu', 'tanh']),
  optimizer: z.enum(['adam', 'sgd']),
  learning_rate: z.number().positive(),
  /** For SGD only. */
  momentum: z.number().min(0).lt(1),
  /** L2 penalty added to the gradient, as PyTorch's `weight_decay` for Adam and SGD. */
  weight_decay: z.number().min(0),
  batch_size: z.number().int().positive(),
  epochs: z.number().int().positive(),
  /** Epochs without a better validation loss before training ends; 0 never ends early. */
  patience: z.number().int().min(0),
  validation_fraction: z.number().min(0).lt(1),
  test_fraction: z.number().min(0).lt(1),
  seed: z.number().int(),
});
export type TrainParams = z.infer<typeof trainParams>;

export const trainSpec = z.object({
  version: z.literal(1),
  runId: z.string(),
  template: z.enum(['softmax', 'mlp']),
  /** Absolute path of the Parquet form of the data set version's table. */
  tablePath: z.string(),
  provenance: z.object({
    dataset: z.string(),
    datasetVersion: z.number().int(),
    datasetDigest: z.string(),
    latheVersion: z.string(),
  }),
  params: trainParams,
  /** Threads that ONNX Runtime may use. */
  threads: z.number().int().positive(),
  /** Continue from `checkpoint/` if there is one. */
  resume: z.boolean(),
});
export type TrainSpec = z.infer<typeof trainSpec>;
