import { damaged } from '../files/damaged.ts';
import { splitNamed } from '../files/names.ts';
import { batchRows, type ReportingSink, type TableColumn, type TableValue } from '../table/write-table.ts';
import { type ArrayColumns, widthOf } from './array-columns.ts';
import type { NpyHeader } from './npy-header.ts';

export interface NamedArray {
  /** `x`, `x_train`, … */
  readonly name: string;
  readonly header: Pick<NpyHeader, 'shape'>;
}

/** A part of a table: arrays with as many rows, all of one split where the names tell. */
export interface ArrayPart<A extends NamedArray = NamedArray> {
  readonly split: string | null;
  readonly rows: number;
  /** By the name that the column gets. */
  readonly arrays: ReadonlyMap<string, A>;
}

const LABELS = new Set(['y', 'label', 'labels', 'target', 'targets', 'class', 'classes']);

/**
 * Sort arrays into a table. `x_train, y_train, x_test, y_test` (also `train_x`) are two parts of one table with the columns
 * `split`, `x…` and `y`. Otherwise arrays of the length that most of them have stand side by side, and the others
 * (class names, means) are no part of the table.
 */
export function partsOf<A extends NamedArray>(arrays: readonly A[], name: string): readonly ArrayPart<A>[] {
  const withRows = arrays.filter(({ header }) => header.shape.length > 0 && widthOf(header) > 0);
  const splits = new Map<string, Map<string, A>>();
  for (const array of withRows) {
    const told = splitOf(array.name);
    if (!told) continue;
    const part = splits.get(told.split) ?? new Map<string, A>();
    part.set(told.base, array);
    splits.set(told.split, part);
  }
  if (splits.size > 1) return [...splits].map(([split, part]) => partOf(split, part, name));
  const lengths = new Map<number, number>();
  for (const { header } of withRows) lengths.set(header.shape[0]!, (lengths.get(header.shape[0]!) ?? 0) + 1);
  const [best] = [...lengths].sort(([a, many], [b, more]) => more - many || b - a);
  const same = withRows.filter(({ header }) => header.shape[0] === best?.[0]);
  return same.length === 0 ? [] : [partOf(null, new Map(same.map((array) => [array.name, array])), name)];
}

function splitOf(name: string): { split: string; base: string } | null {
  const words = name.split(/[_-]/);
  if (words.length < 2) return null;
  const [first, last] = [splitNamed(words[0]!), splitNamed(words.at(-1)!)];
  if (last) return { split: last, base: words.slice(0, -1).join('_') };
  return first ? { split: first, base: words.slice(1).join('_') } : null;
}

function partOf<A extends NamedArray>(
  split: string | null,
  arrays: ReadonlyMap<string, A>,
  name: string,
): ArrayPart<A> {
  const [first, ...others] = arrays.values();
  const rows = first!.header.shape[0]!;
  const other = others.find(({ header }) => header.shape[0] !== rows);
  if (other) {
    throw damaged(
      name,
      null,
      `"${first!.name}" has ${rows} rows and "${other.name}" has ${other.header.shape[0]}`,
      'Save arrays of one split with as many rows.',
    );
  }
  return { split, rows, arrays };
}

/** How many columns a part becomes. */
export const columnsOf = ({ arrays }: ArrayPart): number =>
  [...arrays.values()].reduce((sum, { header }) => sum + widthOf(header), 0);

export const labelOf = (part: ArrayPart): string | null =>
  [...part.arrays].find(
    ([name, { header }]) => LABELS.has(name.toLowerCase()) && widthOf(header) === 1,
  )?.[0] ?? null;

export interface OpenPart {
  readonly split: string | null;
  readonly rows: number;
  readonly arrays: readonly ArrayColumns[];
}

/** @throws AppError DATA_MALFORMED where a part has other columns than the first */
export function columnsOfParts(parts: readonly OpenPart[], name: string): TableColumn[] {
  const columns = parts.map(({ arrays, split }) => [
    ...(split === null ? [] : [{ name: 'split', type: 'text' as const }]),
    ...arrays.flatMap((array) => array.columns),
  ]);
  const [first] = columns;
  for (const other of columns.slice(1)) {
    const at = first!.findIndex((column, index) => column.name !== other[index]?.name);
    if (at >= 0 || other.length !== first!.length) {
      const [here, there] = [first![at]?.name ?? 'nothing', other[at]?.name ?? 'nothing'];
      throw damaged(
        name,
        null,
        `its parts differ: "${here}" stands where another has "${there}"`,
        'Save the same arrays, with the same trailing axes, in each part.',
      );
    }
  }
  // The same array may be of another type in another part; the wider one takes both.
  return first!.map((column, index) => ({
    name: column.name,
    type: widest(columns.map((each) => each[index]!.type)),
  }));
}

function widest(types: readonly TableColumn['type'][]): TableColumn['type'] {
  const different = new Set(types);
  if (different.size === 1) return types[0]!;
  if ([...different].every((type) => type === 'int32' || type === 'int64')) return 'int64';
  return [...different].every((type) => ['int32', 'int64', 'double'].includes(type)) ? 'double' : 'text';
}

export async function writeParts(
  parts: readonly OpenPart[],
  columns: readonly TableColumn[],
  sink: ReportingSink,
): Promise<void> {
  const total = parts.reduce((sum, { rows }) => sum + rows, 0);
  const step = batchRows(columns.length);
  let done = 0;
  for (const part of parts) {
    for (let start = 0; start < part.rows; start += step) {
      const count = Math.min(step, part.rows - start);
      const values: TableValue[][] =
        part.split === null ? [] : [new Array<TableValue>(count).fill(part.split)];
      for (const array of part.arrays) {
        const read = await array.read(start, count);
        read.forEach((cells, index) => {
          const { type } = columns[values.length]!;
          values.push(array.columns[index]!.type === type ? cells : cells.map((cell) => fitting(cell, type)));
        });
      }
      await sink.batch(values, count);
      done += count;
      sink.progress(done / Math.max(1, total));
    }
  }
}

function fitting(cell: TableValue, type: TableColumn['type']): TableValue {
  if (cell === null) return null;
  if (type === 'text') return String(cell);
  return type === 'double' ? Number(cell) : cell;
}
