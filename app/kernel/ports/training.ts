import { z } from 'zod';

/**
 * What the native engine is told: `<run folder>/spec.json`. Every parameter is resolved (defaults applied, types
 * checked) by domains/training before. The worker creates `process.json` first and refuses to start (exit code 3) beside a
 * living one; it writes `journal/native.jsonl`, `outputs/split.json`, `outputs/model.onnx`, `checkpoint/` and, last, `exit.json`
 * (see ports/run-journal.ts). SIGTERM, SIGINT or a file named `cancel` in the run folder asks it to write a checkpoint
 * after the current step and end as cancelled. Data or parameters that cannot be trained on, and training that runs
 * away, are the failure TRAINING_IMPOSSIBLE. Exit code 0 means finished or cancelled, 1 failed.
 */
export const trainParams = z.object({
  /** Column to predict. */
  target: z.string(),
  /** `auto`: classification for text, booleans and integer columns of at most 20 distinct values, else regression. */
  task: z.enum(['auto', 'classification', 'regression']),
  /** Columns not to use as features. */
  exclude: z.array(z.string()),
  /** Sizes of the hidden layers of `mlp`; `softmax` has none, whatever stands here. */
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
  /** Epochs without a lower validation loss before training ends; 0, or no validation rows, never ends early. */
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
  /**
   * Files of row numbers (NumPy, int64, ascending) to train on, to validate on and to hold out, instead of a split at random by
   * `validation_fraction`, `test_fraction` and `seed`.
   */
  split: z
    .object({
      name: z.string(),
      trainPath: z.string(),
      validationPath: z.string().nullable(),
      testPath: z.string().nullable(),
    })
    .nullable()
    .default(null),
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
