import type { Signature, TensorSpec } from '../../contract/models.contract.ts';
import { rowsToTensors, type TableRow } from '../../contract/row-tensors.ts';
import type { Tensor } from '../../contract/serving.contract.ts';
import type { Cell } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';

/** One row as people write it: a value per column; an input of many values also takes them as one list. */
export type Row = Readonly<Record<string, Cell | readonly Cell[] | undefined>>;

/**
 * Rows that people wrote as the tensors that a model's signature asks for.
 *
 * @throws AppError INVALID_INPUT naming the row and the column that do not fit
 */
export function tensorsOf(signature: Signature, rows: readonly Row[]): Tensor[] {
  if (rows.length === 0) throw new AppError('INVALID_INPUT', 'There are no rows to predict.');
  const specs = signature.inputs.map(withColumns);
  const cells = rows.map((row, index) =>
    Object.assign({}, ...specs.map((spec) => cellsOf(spec, row, index))),
  );
  try {
    return rowsToTensors({ ...signature, inputs: specs }, cells).map((tensor, index) => ({
      ...tensor,
      shape: shapeOf(signature.inputs[index]!, tensor.shape),
    }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('INVALID_INPUT', `${error.message}.`, { cause: error });
  }
}

type ColumnedSpec = TensorSpec & { hint: { columns: string[] } };

/** An input that names no columns has one of its own name, or as many numbered ones as a row of it holds values. */
function withColumns(spec: TensorSpec): ColumnedSpec {
  const sizes = spec.shape.slice(1);
  if (!spec.hint?.columns && sizes.some((size) => size < 0)) {
    throw new AppError('UNSUPPORTED', `The input ${spec.name} has no fixed width, so rows cannot fill it.`, {
      nextStep:
        'Send the tensors to the endpoint’s address yourself; docs/models-and-endpoints.md shows how.',
    });
  }
  const width = sizes.reduce((product, size) => product * size, 1);
  const numbered =
    width === 1 ? [spec.name] : Array.from({ length: width }, (_, index) => `${spec.name}[${index}]`);
  return { ...spec, hint: { kind: 'matrix', ...spec.hint, columns: spec.hint?.columns ?? numbered } };
}

function cellsOf({ name, hint: { columns } }: ColumnedSpec, row: Row, index: number): TableRow {
  const misfit = (message: string, column: string) =>
    new AppError('INVALID_INPUT', `Row ${index + 1} ${message}.`, {
      nextStep: 'Give every column that the model reads; write null for a value that is missing.',
      details: { row: index + 1, column },
    });
  const list = row[name];
  if (Array.isArray(list)) {
    if (list.length !== columns.length)
      throw misfit(`gives ${list.length} values for ${name}, which takes ${columns.length}`, name);
    return Object.fromEntries(columns.map((column, position) => [column, list[position] as Cell]));
  }
  return Object.fromEntries(
    columns.map((column) => {
      if (!(column in row)) throw misfit(`has no value for "${column}"`, column);
      return [column, row[column] as Cell];
    }),
  );
}

/** The first size is the number of rows; the others stand as the signature says. */
function shapeOf({ shape }: TensorSpec, flat: number[]): number[] {
  const sizes = shape.slice(1);
  return sizes.length < 2 || sizes.some((size) => size < 0) ? flat : [flat[0]!, ...sizes];
}
