import type { TrainParams, TrainSpec } from '../../app/kernel/ports/training.ts';
import { type RawTable, readColumns } from '../tables/read-columns.ts';
import { FeatureTable } from './feature-table.ts';
import { type FeaturePlan, MISSING, planFeatures } from './features.ts';
import { readSplit } from './named-split.ts';
import { type Split, splitRows } from './split.ts';
import { impossible, readTarget, type Target } from './target.ts';

/** Rows to check the exported model with. */
const SAMPLE_ROWS = 200;
/** With fewer rows than this there is nothing to learn from that would hold for others. */
const FEWEST_ROWS = 10;

/** Some rows as the table has them, for the check of the exported model. */
export interface RawSample {
  /** Row numbers of the table. */
  readonly rows: readonly number[];
  /** Cells by column: numbers with NaN, or words with the empty string, where missing. */
  readonly cells: ReadonlyMap<string, readonly number[] | readonly string[]>;
}

export interface Prepared {
  readonly target: Target;
  readonly plan: FeaturePlan;
  readonly features: FeatureTable;
  readonly split: Split;
  readonly sample: RawSample;
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
  const table = await readColumns(spec.tablePath, [params.target]);
  const target = readTarget(table.columns, params.target, params.task);
  const known = rowsWithTarget(target, table.rows);
  const split = await splitFor(spec, known, target);
  const used = table.columns.filter(({ name }) => name !== params.target && !params.exclude.includes(name));
  const plan = planFeatures(used, split.train);
  if (plan.width === 0) {
    const reasons = plan.left.map(({ column, reason }) => `"${column}": ${reason}`).join('; ');
    throw impossible(
      `The table has no column to learn from beside the target${reasons ? ` (${reasons})` : ''}.`,
      'Leave fewer columns out, or import a table with more columns.',
    );
  }
  const { mean, std } =
    target.task === 'regression' ? spread(target.values, split.train) : { mean: 0, std: 1 };
  return {
    target,
    plan,
    features: new FeatureTable(plan, table),
    split,
    sample: takeSample(table, split.test.length > 0 ? split.test : split.train),
    targetMean: mean,
    targetStd: std,
    rowsWithoutTarget: table.rows - known.length,
  };
}

function rowsWithTarget(target: Target, rows: number): number[] {
  const isKnown =
    target.task === 'classification'
      ? (row: number) => target.classes[row]! >= 0
      : (row: number) => Number.isFinite(target.values[row]);
  return Array.from({ length: rows }, (_, row) => row).filter(isKnown);
}

async function splitFor(spec: TrainSpec, known: readonly number[], target: Target): Promise<Split> {
  if (known.length < FEWEST_ROWS) {
    throw impossible(
      `Only ${known.length} rows have a target; training needs at least ${FEWEST_ROWS}.`,
      'Bring more rows.',
    );
  }
  return spec.split ? await readSplit(spec.split, known) : splitOf(known, target, spec.params);
}

function splitOf(known: readonly number[], target: Target, params: TrainParams): Split {
  const classes = target.task === 'classification' ? known.map((row) => target.classes[row]!) : null;
  const fractions = { validation: params.validation_fraction, test: params.test_fraction };
  const split = splitRows(known, classes, fractions, params.seed);
  if (split.train.length < 2) {
    throw impossible(
      `${known.length} rows have a target; that leaves ${split.train.length} to train on.`,
      'Bring more rows, or make test_fraction and validation_fraction smaller.',
    );
  }
  return split;
}

function takeSample({ columns }: RawTable, from: readonly number[]): RawSample {
  const rows = from.slice(0, SAMPLE_ROWS);
  const cells = new Map<string, readonly number[] | readonly string[]>();
  for (const column of columns) {
    if (column.kind === 'number')
      cells.set(
        column.name,
        rows.map((row) => column.values[row]!),
      );
    if (column.kind === 'text') {
      cells.set(
        column.name,
        rows.map((row) => column.words[column.codes[row]!] ?? MISSING),
      );
    }
  }
  return { rows, cells };
}

function spread(values: Float64Array, rows: readonly number[]): { mean: number; std: number } {
  let mean = 0;
  for (const row of rows) mean += values[row]! / rows.length;
  let variance = 0;
  for (const row of rows) variance += (values[row]! - mean) ** 2 / rows.length;
  return { mean, std: variance > 0 ? Math.sqrt(variance) : 1 };
}
