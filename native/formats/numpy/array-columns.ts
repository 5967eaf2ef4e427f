import type { FileBytes } from '../files/file-bytes.ts';
import type { TableColumn, TableValue } from '../table/write-table.ts';
import { type ReadValue, valueReader, valueTypeOf } from './array-values.ts';
import type { NpyHeader } from './npy-header.ts';

/** One array as columns of a table: its first axis counts the rows, the others are laid side by side. */
export interface ArrayColumns {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  /** Values of rows [start, start + count), column by column. */
  read(start: number, count: number): Promise<TableValue[][]>;
}

/** How many columns an array becomes. */
export const widthOf = ({ shape }: Pick<NpyHeader, 'shape'>): number =>
  shape.slice(1).reduce((product, length) => product * length, 1);

/** `x`; `x_0 …` for two axes; `x_0_0 …` for more. */
export function columnNames(name: string, shape: readonly number[]): string[] {
  return shape
    .slice(1)
    .reduce<string[]>(
      (names, length) =>
        names.flatMap((prefix) => Array.from({ length }, (_, index) => `${prefix}_${index}`)),
      [name],
    );
}

/** @param label what messages call the array */
export function arrayColumns(bytes: FileBytes, header: NpyHeader, name: string, label: string): ArrayColumns {
  const { shape, fortranOrder, dataOffset, itemBytes } = header;
  const rows = shape[0] ?? 1;
  const width = widthOf(header);
  const type = valueTypeOf(header);
  const read = valueReader(header, label);
  const names = columnNames(name, shape);
  /** One buffer serves all batches. */
  let block: Buffer | undefined;

  return {
    rows,
    columns: names.map((column) => ({ name: column, type })),
    async read(start, count) {
      const values: TableValue[][] = new Array(width);
      if (!fortranOrder || width === 1) {
        const rowBytes = width * itemBytes;
        block = await bytes.read(dataOffset + start * rowBytes, count * rowBytes, block);
        for (let column = 0; column < width; column++) {
          values[column] = cells(block, column * itemBytes, rowBytes, count, read);
        }
        return values;
      }
      const places = fortranPlaces(shape);
      for (let column = 0; column < width; column++) {
        // In Fortran's order the first axis runs fastest: a column lies in one piece.
        const at = dataOffset + (places[column]! * rows + start) * itemBytes;
        block = await bytes.read(at, count * itemBytes, block);
        values[column] = cells(block, 0, itemBytes, count, read);
      }
      return values;
    },
  };
}

function cells(block: Buffer, from: number, stepBytes: number, count: number, read: ReadValue): TableValue[] {
  const values: TableValue[] = new Array(count);
  for (let row = 0; row < count; row++) values[row] = read(block, from + row * stepBytes);
  return values;
}

/** Where in Fortran's order each of the trailing axes' places lies, listed in C's order. */
function fortranPlaces(shape: readonly number[]): number[] {
  let stride = 1;
  let places = [0];
  for (const length of shape.slice(1)) {
    const step = stride;
    places = places.flatMap((place) => Array.from({ length }, (_, index) => place + index * step));
    stride *= length;
  }
  return places;
}
