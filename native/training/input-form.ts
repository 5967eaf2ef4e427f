export interface InputForm {
  readonly name: string;
  readonly hint:
    | { readonly kind: 'matrix' }
    | { readonly kind: 'image'; readonly width: number; readonly height: number };
}

const FEWEST = 8;

/**
 * Whether columns of numbers are one thing in many parts, to be given as one tensor: eight or more called
 * `<prefix>_<row>_<column>` that fill a grid row by row are an image; called `<prefix><number>` they are a matrix.
 * Otherwise null: one input per column.
 *
 * @param names of all features, in order
 */
export function inputForm(names: readonly string[]): InputForm | null {
  if (names.length < FEWEST) return null;
  return imageForm(names) ?? matrixForm(names);
}

function imageForm(names: readonly string[]): InputForm | null {
  const cells = names.map((name) => /^(.*?)_(\d+)_(\d+)$/.exec(name));
  const [prefix, firstRow, firstColumn] = [cells[0]?.[1], Number(cells[0]?.[2]), Number(cells[0]?.[3])];
  const width = cells.filter((cell) => Number(cell?.[2]) === firstRow).length;
  if (prefix === undefined || names.length % width !== 0) return null;
  const isGrid = cells.every(
    (cell, index) =>
      cell?.[1] === prefix &&
      Number(cell[2]) - firstRow === Math.floor(index / width) &&
      Number(cell[3]) - firstColumn === index % width,
  );
  return isGrid ? { name: 'image', hint: { kind: 'image', width, height: names.length / width } } : null;
}

function matrixForm(names: readonly string[]): InputForm | null {
  const prefixes = new Set(names.map((name) => /^(.*?)[_ .-]*\d[\d_]*$/.exec(name)?.[1] ?? ''));
  const [prefix] = prefixes;
  return prefixes.size === 1 && prefix ? { name: prefix, hint: { kind: 'matrix' } } : null;
}
