import type { Dataset } from 'h5wasm';
import { releaseBytes } from '../../release-bytes.ts';
import { damaged } from '../files/damaged.ts';
import { type ArrayColumns, columnNames } from '../numpy/array-columns.ts';
import type { TableValue, ValueType } from '../table/write-table.ts';
import { readRows } from './read-rows.ts';

/** A data set of plain values as columns of a table. @param label what messages call the data set */
export function datasetColumns(dataset: Dataset, name: string, type: ValueType, label: string): ArrayColumns {
  const shape = dataset.shape ?? [];
  const names = columnNames(name, shape);
  return {
    rows: shape[0] ?? 1,
    columns: names.map((column) => ({ name: column, type })),
    read(start, count) {
      const values = readRows(dataset, start, count, label) as ArrayLike<unknown> | null;
      if (values === null || values.length !== count * names.length) {
        throw damaged(label, null, `rows ${start} to ${start + count - 1} are missing`);
      }
      const cells = names.map((_, column) =>
        Array.from({ length: count }, (_row, row) => cellOf(values[row * names.length + column], type)),
      );
      if (ArrayBuffer.isView(values)) releaseBytes(values);
      return Promise.resolve(cells);
    },
  };
}

function cellOf(value: unknown, type: ValueType): TableValue {
  if (value === null || value === undefined) return null;
  if (type === 'text') return String(value).replace(/\0+$/, '').replaceAll('\0', ' ');
  if (type === 'boolean') return Number(value) !== 0;
  return type === 'double' ? Number(value) : (value as number | bigint);
}
