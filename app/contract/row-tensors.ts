import type { Signature, TensorSpec } from './models.contract.ts';
import type { Tensor } from './serving.contract.ts';
import type { Cell } from './wire.ts';

/** One row of a table, by column name. */
export type TableRow = Readonly<Record<string, Cell | undefined>>;

/**
 * Rows of a table as the tensors that a model's signature asks for: a matrix or image takes its columns side by side
 * ([rows, columns]), any other input takes the column of its own name ([rows, 1]). A missing value is NaN for numbers
 * and the empty string for words, as the native engine's models expect.
 *
 * @throws RangeError naming the input and the row when a cell does not fit
 */
export function rowsToTensors(signature: Signature, rows: readonly TableRow[]): Tensor[] {
  return signature.inputs.map((spec) => {
    const columns = spec.hint?.columns ?? [spec.name];
    return {
      name: spec.name,
      datatype: spec.datatype,
      shape: [rows.length, columns.length],
      data: rows.flatMap((row, index) =>
        columns.map((column) => cellToElement(spec, column, row[column], index)),
      ),
    };
  });
}

function cellToElement(
  spec: TensorSpec,
  column: string,
  value: Cell | undefined,
  row: number,
): Tensor['data'][number] {
  if (spec.datatype === 'BYTES') return value === null || value === undefined ? '' : String(value);
  if (spec.datatype === 'BOOL') return value === true || value === 'true' || value === 1;
  if (value === null || value === undefined || value === '') return 'NaN';
  const number = Number(value);
  if (Number.isNaN(number) && value !== 'NaN') {
    throw new RangeError(
      `row ${row + 1}: "${value}" in column "${column}" is not a number, which input "${spec.name}" needs`,
    );
  }
  return Number.isFinite(number)
    ? number
    : String(value) === '-Infinity'
      ? '-Infinity'
      : Number.isNaN(number)
        ? 'NaN'
        : 'Infinity';
}
