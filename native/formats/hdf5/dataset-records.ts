import type { Dataset } from 'h5wasm';
import { releaseBytes } from '../../release-bytes.ts';
import { damaged } from '../files/damaged.ts';
import { type ArrayColumns, columnNames } from '../numpy/array-columns.ts';
import { valueReader, valueTypeOf } from '../numpy/array-values.ts';
import type { Field } from './dataset-form.ts';
import { readRows } from './read-rows.ts';

/** A type whose values the library hands over as the bytes that they are. */
const OPAQUE = 5;

/**
 * A data set of records as columns: one for each field, at each place of the trailing axes.
 *
 * @param name that stands before the fields' names; empty where they need none
 * @param label what messages call the data set
 */
export function recordColumns(
  dataset: Dataset,
  fields: readonly Field[],
  name: string,
  label: string,
): ArrayColumns {
  const shape = dataset.shape ?? [];
  const { size } = dataset.metadata;
  const bytesOnly: Dataset = Object.create(dataset, {
    metadata: { value: { ...dataset.metadata, type: OPAQUE } },
  });
  const places = columnNames(name, shape);
  const columns = places.flatMap((place, index) =>
    fields.map((field) => ({
      name: [place, field.name].filter((part) => part !== '').join('_'),
      type: valueTypeOf(field),
      at: index * size + field.offset,
      read: valueReader(field, label),
    })),
  );
  return {
    rows: shape[0] ?? 1,
    columns: columns.map(({ name: column, type }) => ({ name: column, type })),
    read(start, count) {
      const values = readRows(bytesOnly, start, count, label);
      const rowBytes = places.length * size;
      if (!(values instanceof Uint8Array) || values.length !== count * rowBytes) {
        throw damaged(label, null, `rows ${start} to ${start + count - 1} are missing`);
      }
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.length);
      const cells = columns.map(({ at, read }) =>
        Array.from({ length: count }, (_, row) => read(bytes, row * rowBytes + at)),
      );
      releaseBytes(values);
      return Promise.resolve(cells);
    },
  };
}
