import type { KeyedRows } from '../keyed-rows/keyed-rows.ts';

const EXAMPLES = 3;

/** Two rows of one key in different parts. */
export type Pair = readonly [one: number, other: number];

/** Keys that stand in more than one part. */
export interface Crossings {
  /** Rows with such a key. */
  readonly rows: number;
  readonly keys: number;
  /** Keys of all kinds. */
  readonly allKeys: number;
  /** Of the keys with the most rows. */
  readonly pairs: readonly Pair[];
}

/**
 * Look for keys that stand in more than one part.
 *
 * @param assignment place of each row's part
 * @param onlyMixed whether rows of one key have to differ in their other words
 */
export async function crossingsOf(
  keyed: KeyedRows,
  assignment: Uint8Array,
  onlyMixed: boolean,
  signal: AbortSignal,
): Promise<Crossings> {
  let [concerned, keys, allKeys] = [0, 0, 0];
  const worst: { readonly size: number; readonly pair: Pair }[] = [];
  await keyed.eachRun((rows, from, to, mixed) => {
    allKeys += 1;
    if (to - from === 1 || (onlyMixed && !mixed)) return;
    const pair = crossing(rows, from, to, assignment);
    if (!pair) return;
    concerned += to - from;
    keys += 1;
    worst.push({ size: to - from, pair });
    worst.sort((a, b) => b.size - a.size || a.pair[0] - b.pair[0]);
    worst.length = Math.min(worst.length, EXAMPLES);
  }, signal);
  return { rows: concerned, keys, allKeys, pairs: worst.map(({ pair }) => pair) };
}

/** The first row of the first part and the first row of the last part that have the key; null where that is one part. */
function crossing(rows: Uint32Array, from: number, to: number, assignment: Uint8Array): Pair | null {
  let one = rows[from]!;
  let other = one;
  for (let index = from + 1; index < to; index++) {
    const row = rows[index]!;
    const part = assignment[row]!;
    const [low, high] = [assignment[one]!, assignment[other]!];
    if (part < low || (part === low && row < one)) one = row;
    if (part > high || (part === high && row < other)) other = row;
  }
  return assignment[one] === assignment[other] ? null : [one, other];
}
