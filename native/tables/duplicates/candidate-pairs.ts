import { mixed, SIGNATURE_LENGTH } from './min-hash.ts';

/** Rows of one bucket that are compared each with each; of a larger one only neighbours are. */
const EACH_WITH_EACH = 24;
const MOST_PAIRS = 400_000;
/** A row's place and its key make one double that sorts by the key: 32 + 21 bits. */
const PLACES = 2 ** 21;

export interface Bands {
  readonly count: number;
  /** What stands for a band of a signature. */
  key(signature: Uint32Array, band: number): number;
}

/**
 * How to cut signatures into bands: as many rows a band as still finds a pair at the threshold with a chance of more than 0.99,
 * which is 1 − (1 − similarity^rows)^bands.
 */
export function bandsFor(threshold: number): Bands {
  let rows = 1;
  const chance = (each: number) => 1 - (1 - threshold ** each) ** Math.floor(SIGNATURE_LENGTH / each);
  while (chance(rows + 1) > 0.99) rows++;
  const count = Math.floor(SIGNATURE_LENGTH / rows);
  return {
    count,
    key(signature, band) {
      let hash = band;
      for (let at = band * rows; at < (band + 1) * rows; at++)
        hash = mixed(Math.imul(hash, 31) + signature[at]!);
      return hash;
    },
  };
}

/**
 * Places of rows that share a band, each pair once.
 *
 * @param keys by band the keys of the rows, of which the first `length` count (fewer than two million)
 * @returns `complete` is false where buckets or pairs were too many to take all
 */
export async function candidatePairs(
  keys: readonly Uint32Array[],
  length: number,
  signal: AbortSignal,
): Promise<{ readonly pairs: readonly (readonly [number, number])[]; readonly complete: boolean }> {
  const found = new Set<number>();
  let complete = true;
  const sorted = new Float64Array(length);
  const add = (a: number, b: number) => {
    if (found.size >= MOST_PAIRS) complete = false;
    else found.add(Math.min(a, b) * PLACES + Math.max(a, b));
  };
  for (const key of keys) {
    // Sorting holds up this thread, which has to hear when it should stop.
    await new Promise(setImmediate);
    signal.throwIfAborted();
    for (let place = 0; place < length; place++) sorted[place] = key[place]! * PLACES + place;
    sorted.sort();
    for (let start = 0; start < length; ) {
      const bucket = Math.floor(sorted[start]! / PLACES);
      let end = start + 1;
      while (end < length && Math.floor(sorted[end]! / PLACES) === bucket) end++;
      const all = end - start <= EACH_WITH_EACH;
      if (!all) complete = false;
      for (let a = start; a < end; a++) {
        for (let b = a + 1; b < (all ? end : Math.min(end, a + 2)); b++)
          add(sorted[a]! % PLACES, sorted[b]! % PLACES);
      }
      start = end;
    }
  }
  const pairs = [...found].map((pair) => [Math.floor(pair / PLACES), pair % PLACES] as const);
  return { pairs, complete };
}
