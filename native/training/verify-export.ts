import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Prepared } from './prepare.ts';

/** The exported graph may round its float32 sums otherwise than the training graph. */
const TOLERANCE = 1e-3;

/**
 * Load the exported file as any consumer would and give it raw rows of the table: its answers must be the ones that
 * training computed. A mistake in the exported preprocessing would otherwise show only in use.
 *
 * @param sampleSums the last layer's sums for the rows of the sample
 * @throws Error naming the largest difference
 */
export async function verifyExport(
  model: Uint8Array,
  prepared: Prepared,
  sampleSums: Float32Array,
  threads: number,
): Promise<void> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const feeds = Object.fromEntries(session.inputNames.map((name) => [name, rawInput(prepared, name)]));
    const outputs = await session.run(feeds);
    const values = outputs[session.outputNames.at(-1)!]!.data as Float32Array;
    const expected = expectedValues(prepared, sampleSums);
    // What rounding is relative to: probabilities are of the size of 1, predictions of the target's.
    const scale = Math.max(prepared.targetStd, Math.abs(prepared.targetMean));
    const worst = expected.reduce((most, value, index) => {
      const difference = Math.abs(value - values[index]!) / Math.max(scale, Math.abs(value));
      return Math.max(most, difference);
    }, 0);
    if (values.length !== expected.length || !(worst <= TOLERANCE)) {
      throw new Error(`the exported model differs from the trained one by ${worst}`);
    }
  } finally {
    await session.release();
  }
}

function rawInput({ sample, plan }: Prepared, name: string): Tensor {
  const rows = sample.rows.length;
  if (plan.categories.some(({ column }) => column === name))
    return new Tensor('string', sample.cells.get(name) as string[], [rows, 1]);
  // Anything else is the one tensor that holds all numbers, whatever it is called.
  const isColumn = plan.numbers.some(({ column }) => column === name);
  const columns = isColumn ? [name] : plan.numbers.map(({ column }) => column);
  const values = new Float32Array(rows * columns.length);
  for (const [place, column] of columns.entries()) {
    const cells = sample.cells.get(column) as readonly number[];
    for (let row = 0; row < rows; row++) values[row * columns.length + place] = cells[row]!;
  }
  return new Tensor('float32', values, [rows, columns.length]);
}

/** Probabilities, or predictions in the target's unit. */
function expectedValues({ target, targetMean, targetStd }: Prepared, sums: Float32Array): number[] {
  if (target.task === 'regression') return Array.from(sums, (sum) => sum * targetStd + targetMean);
  const width = target.labels.length;
  const values: number[] = [];
  for (let start = 0; start < sums.length; start += width) {
    const row = sums.subarray(start, start + width);
    const top = row.reduce((most, sum) => Math.max(most, sum), Number.NEGATIVE_INFINITY);
    const powers = Array.from(row, (sum) => Math.exp(sum - top));
    const total = powers.reduce((sum, power) => sum + power, 0);
    values.push(...powers.map((power) => power / total));
  }
  return values;
}
