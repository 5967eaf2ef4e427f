import type { Dataset } from 'h5wasm';
import { damaged } from '../files/damaged.ts';
import { type ArrayColumns, columnNames } from '../numpy/array-columns.ts';
import type { TableValue, ValueType } from '../table/write-table.ts';

/** Classes of types as HDF5 numbers them. */
const INTEGER = 0;
const FLOAT = 1;
const TEXT = 3;
const ENUM = 8;

/**
 * The kind of column that a data set becomes; null for one that has no place in a table (records, references, lists of different length).
 *
 * @throws AppError DATA_MALFORMED for half floats, which the library does not read
 */
export function columnTypeOf({ metadata }: Dataset, label: string): ValueType | null {
  const { type, size, signed, vlen } = metadata;
  if (type === TEXT) return 'text';
  if (vlen) return null;
  if (type === INTEGER) {
    if (size === 8) return signed ? 'int64' : 'double';
    return size === 4 && !signed ? 'int64' : 'int32';
  }
  if (type === ENUM) return isFlag(metadata) ? 'boolean' : 'int64';
  if (type !== FLOAT) return null;
  if (size === 2) {
    throw damaged(
      label,
      null,
      'it holds floats of 16 bits, which are not read from HDF5',
      'Save it as float32.',
    );
  }
  return size === 4 || size === 8 ? 'double' : null;
}

const isFlag = ({ enum_type: values }: Dataset['metadata']): boolean =>
  values !== undefined && values.nmembers === 2 && 'FALSE' in values.members && 'TRUE' in values.members;

/** @param label what messages call the data set */
export function datasetColumns(dataset: Dataset, name: string, type: ValueType, label: string): ArrayColumns {
  const shape = dataset.shape ?? [];
  const names = columnNames(name, shape);
  return {
    rows: shape[0] ?? 1,
    columns: names.map((column) => ({ name: column, type })),
    read(start, count) {
      let values: ArrayLike<unknown>;
      try {
        values = dataset.slice([
          [start, start + count],
          ...shape.slice(1).map((): [] => []),
        ]) as ArrayLike<unknown>;
      } catch (error) {
        throw damaged(
          label,
          null,
          `rows ${start} to ${start + count - 1} cannot be read (${reasonOf(error)})`,
        );
      }
      if (values === null || values.length !== count * names.length) {
        throw damaged(label, null, `rows ${start} to ${start + count - 1} are missing`);
      }
      return Promise.resolve(
        names.map((_, column) =>
          Array.from({ length: count }, (_, row) => cellOf(values[row * names.length + column], type)),
        ),
      );
    },
  };
}

/** The last words of the library's report are the reason. */
const reasonOf = (error: unknown): string =>
  /\(\): (.*)\n?/.exec((error as Error).message.split(/#\d+: /).at(-1) ?? '')?.[1]?.trim() ??
  'the file is damaged';

function cellOf(value: unknown, type: ValueType): TableValue {
  if (value === null || value === undefined) return null;
  if (type === 'text') return String(value).replace(/\0+$/, '').replaceAll('\0', ' ');
  if (type === 'boolean') return Number(value) !== 0;
  return type === 'double' ? Number(value) : (value as number | bigint);
}
