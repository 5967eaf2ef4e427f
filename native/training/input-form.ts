import type { Feature } from './features.ts';

export interface InputForm {
  readonly name: string;
  readonly hint:
    | { readonly kind: 'matrix' }
    | { readonly kind: 'image'; readonly width: number; readonly height: number };
}

const FEWEST = 8;

/**
 * Whether the features are one thing in many columns, to be given as one tensor: numbers called `<prefix>_<row>_<column>`
 * that fill a grid row by row are an image; eight or more called `<prefix><number>` are a matrix. Otherwise null: one
 * input per column.
 */
export function inputForm(features: readonly Feature[]): InputForm | null {
  if (features.length < FEWEST || features.some(({ kind }) => kind !== 'number')) return null;
  const names = features.map(({ column }) => column);
  const cells = names.map((name) => /^(.*?)_(\d+)_(\d+)$/.exec(name));
  const width = cells.reduce((most, cell) => Math.max(most, Number(cell?.[3] ?? 0) + 1), 0);
  const isGrid = cells.every(
    (cell, index) =>
      cell?.[1] === cells[0]?.[1] &&
      Number(cell?.[2]) === Math.floor(index / width) &&
      Number(cell?.[3]) === index % width,
  );
  if (isGrid && names.length % width === 0)
    return { name: 'image', hint: { kind: 'image', width, height: names.length / width } };
  const prefixes = new Set(names.map((name) => /^(.+?)[_ .-]?\d+$/.exec(name)?.[1] ?? null));
  const [prefix] = prefixes;
  return prefixes.size === 1 && prefix ? { name: prefix, hint: { kind: 'matrix' } } : null;
}
