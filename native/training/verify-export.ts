import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Prepared } from './prepare.ts';

const ROWS = 200;
/** Of the largest value: the exported graph may order its float32 sums otherwise. */
const TOLERANCE = 1e-3;

/**
 * Load the exported file as any consumer would and give it raw rows of the table: its answers must be the ones that
 * training computed. A mistake in the exported preprocessing would otherwise show only in use.
 *
 * @param testSums the last layer's sums for the test rows
 * @throws Error naming the largest difference
 */
export async function verifyExport(
  model: Uint8Array,
  prepared: Prepared,
  testSums: Float32Array,
  threads: number,
): Promise<void> {
  const rows = prepared.split.test.slice(0, ROWS);
  if (rows.length === 0) return;
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const outputs = await session.run(rawInputs(session, prepared, rows));
    const width = prepared.target.task === 'classification' ? prepared.target.labels.length : 1;
    const expected = testSums.subarray(0, rows.length * width);
    const found = (
      outputs[prepared.target.task === 'classification' ? 'probabilities' : 'prediction']!
        .data as Float32Array
    ).map((value) =>
      prepared.target.task === 'classification' ? value : (value - prepared.targetMean) / prepared.targetStd,
    );
    let worst = 0;
    for (let row = 0; row < rows.length; row++) {
      const sums = expected.subarray(row * width, (row + 1) * width);
      const top = Math.max(...sums);
      const total = sums.reduce((sum, value) => sum + Math.exp(value - top), 0);
      for (let index = 0; index < width; index++) {
        const wanted =
          prepared.target.task === 'classification' ? Math.exp(sums[index]! - top) / total : sums[index]!;
        worst = Math.max(
          worst,
          Math.abs(wanted - found[row * width + index]!) / Math.max(1, Math.abs(wanted)),
        );
      }
    }
    if (!(worst <= TOLERANCE)) throw new Error(`the exported model differs from the trained one by ${worst}`);
  } finally {
    await session.release();
  }
}

function rawInputs(
  session: InferenceSession,
  prepared: Prepared,
  rows: readonly number[],
): Record<string, Tensor> {
  const byName = new Map(prepared.columns.map((column) => [column.name, column]));
  const numbers = (names: readonly string[]) => {
    const values = new Float32Array(rows.length * names.length);
    for (const [place, name] of names.entries()) {
      const column = byName.get(name);
      if (column?.kind !== 'number') throw new Error(`input ${name} is not a column of numbers`);
      for (const [index, row] of rows.entries()) values[index * names.length + place] = column.values[row]!;
    }
    return new Tensor('float32', values, [rows.length, names.length]);
  };
  return Object.fromEntries(
    session.inputNames.map((name) => {
      const column = byName.get(name);
      if (column?.kind === 'text')
        return [
          name,
          new Tensor(
            'string',
            rows.map((row) => column.values[row] ?? ''),
            [rows.length, 1],
          ),
        ];
      return [name, numbers(column ? [name] : prepared.plan.features.map((feature) => feature.column))];
    }),
  );
}
