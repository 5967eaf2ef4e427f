import { Random } from './random.ts';

/** Row numbers of the table, ascending within each part. */
export interface Split {
  readonly train: number[];
  readonly validation: number[];
  readonly test: number[];
}

/**
 * Split rows at random. It depends on the rows, their classes, the fractions and the seed only, so that models of
 * every kind trained with one seed are judged on the same rows.
 *
 * @param rows row numbers of the table, ascending
 * @param classes class index per row for a stratified split (each class in the same proportions), or null. Classes of
 * fewer than three rows go wholly to training.
 */
export function splitRows(
  rows: readonly number[],
  classes: readonly number[] | null,
  fractions: { readonly validation: number; readonly test: number },
  seed: number,
): Split {
  const random = new Random(seed);
  const groups = classes
    ? [...Map.groupBy(rows, (_row, index) => classes[index]!).entries()]
        .sort(([a], [b]) => a - b)
        .map(([, group]) => group)
    : [rows];
  const split: Split = { train: [], validation: [], test: [] };
  for (const group of groups) {
    const shuffled = random.shuffle([...group]);
    const usable = !classes || group.length >= 3;
    // Training keeps at least one row of every class, whatever the fractions round to.
    const share = (fraction: number, left: number) =>
      usable ? Math.min(Math.round(group.length * fraction), left - 1) : 0;
    const testCount = share(fractions.test, group.length);
    const validationCount = share(fractions.validation, group.length - testCount);
    split.test.push(...shuffled.slice(0, testCount));
    split.validation.push(...shuffled.slice(testCount, testCount + validationCount));
    split.train.push(...shuffled.slice(testCount + validationCount));
  }
  for (const part of Object.values(split) as number[][]) part.sort((a, b) => a - b);
  return split;
}

/** The content of outputs/split.json. */
export const splitText = (split: Split): string => `${JSON.stringify(split)}\n`;
