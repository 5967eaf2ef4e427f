import type { TrainParams, TrainSpec } from '../../app/kernel/ports/training.ts';
import { type RawColumn, readColumns } from '../tables/read-columns.ts';
import { buildMatrix, type FeaturePlan, planFeatures } from './features.ts';
import { type Split, splitRows } from './split.ts';
import { impossible, readTarget, type Target } from './target.ts';

/** One part of the split, ready to be learnt from or judged on. */
export interface Part {
  /** [rows, features] */
  readonly matrix: Float32Array;
  readonly rows: number;
  /** Class index by row, for classification. */
  readonly classes: Int32Array;
  /** The target in its own unit by row, for regression. */
  readonly values: Float64Array;
}

export interface Prepared {
  /** The table as it was read. */
  readonly columns: readonly RawColumn[];
  readonly target: Target;
  readonly plan: FeaturePlan;
  readonly split: Split;
  readonly train: Part;
  readonly validation: Part;
  readonly test: Part;
  /** Standardisation of a regression target, from the training rows; 0 and 1 for classification. */
  readonly targetMean: number;
  readonly targetStd: number;
  /** Rows of the table without a target, which were left out. */
  readonly rowsWithoutTarget: number;
}

/**
 * Read the table and turn it into what the network learns from.
 *
 * @throws AppError TRAINING_IMPOSSIBLE with the reason and the cure
 */
export async function prepare(spec: TrainSpec): Promise<Prepared> {
  const { params } = spec;
  const table = await readColumns(spec.tablePath, spec.threads);
  const target = readTarget(table.columns, params.target, params.task);
  const known = rowsWithTarget(target, table.rows);
  const split = splitOf(known, target, params);
  const used = table.columns.filter(({ name }) => name !== params.target && !params.exclude.includes(name));
  const plan = planFeatures(used, split.train);
  if (plan.features.length === 0) {
    throw impossible(
      'The table has no column to learn from beside the target.',
      'Leave fewer columns out, or import a table with more columns.',
    );
  }
  const part = (rows: readonly number[]): Part => ({
    matrix: buildMatrix(plan, table.columns, rows),
    rows: rows.length,
    classes:
      target.task === 'classification'
        ? Int32Array.from(rows, (row) => target.classes[row]!)
        : new Int32Array(0),
    values:
      target.task === 'regression'
        ? Float64Array.from(rows, (row) => target.values[row]!)
        : new Float64Array(0),
  });
  const train = part(split.train);
  const { mean, std } = target.task === 'regression' ? spread(train.values) : { mean: 0, std: 1 };
  return {
    columns: table.columns,
    target,
    plan,
    split,
    train,
    validation: part(split.validation),
    test: part(split.test),
    targetMean: mean,
    targetStd: std,
    rowsWithoutTarget: table.rows - known.length,
  };
}

function rowsWithTarget(target: Target, rows: number): number[] {
  const all = Array.from({ length: rows }, (_, row) => row);
  return target.task === 'classification'
    ? all.filter((row) => target.classes[row]! >= 0)
    : all.filter((row) => Number.isFinite(target.values[row]));
}

function splitOf(known: readonly number[], target: Target, params: TrainParams): Split {
  const classes = target.task === 'classification' ? known.map((row) => target.classes[row]!) : null;
  const split = splitRows(
    known,
    classes,
    { validation: params.validation_fraction, test: params.test_fraction },
    params.seed,
  );
  if (split.train.length < 2) {
    throw impossible(
      `Only ${known.length} rows have a target; that leaves ${split.train.length} to train on.`,
      'Bring more rows, or make test_fraction and validation_fraction smaller.',
    );
  }
  return split;
}

function spread(values: Float64Array): { mean: number; std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, std: std > 0 ? std : 1 };
}
