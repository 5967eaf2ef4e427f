import { costsOf } from './frequency-table.ts';
import type { Words } from './number-words.ts';

const BYTES_OF_WORD = 8;

/** How often each byte is in each plane of words, and what coding them by frequency takes. */
export class PlaneCounts {
  readonly #counts = new Uint32Array(BYTES_OF_WORD * 256);
  readonly #bytes = new Float64Array(BYTES_OF_WORD);
  #used = 0;

  /**
   * @param enough a number of bytes from which on the exact one does not matter
   * @returns about how many bytes `writePlanes` takes for the words, or any number of at least `enough`
   */
  count({ low, high }: Words, enough: number): number {
    let highBits = 0;
    for (let index = 0; index < high.length; index++) highBits |= high[index]!;
    let bytes = 0;
    this.#used = 0;
    if (highBits !== 0) bytes = this.#countHalf(high, 4);
    return bytes >= enough ? bytes : bytes + this.#countHalf(low, 0);
  }

  /** Planes above are zero everywhere. */
  get used(): number {
    return this.#used;
  }

  /** What coding a plane takes, in bytes, without the table; 0 where it is the same byte everywhere, and only there. */
  bytes(plane: number): number {
    return this.#bytes[plane]!;
  }

  /** How often each byte is in a plane that is not the same byte everywhere. */
  of(plane: number): Uint32Array {
    return this.#counts.subarray(plane * 256, plane * 256 + 256);
  }

  /** How many different bytes such a plane has. */
  present(plane: number): number {
    let present = 0;
    for (let at = plane * 256; at < plane * 256 + 256; at++) if (this.#counts[at]! > 0) present += 1;
    return present;
  }

  /** The four planes of a half at once: a count that has just been written takes a while until it can be read. */
  #countHalf(half: Int32Array, firstPlane: number): number {
    const counts = this.#counts;
    const from = firstPlane * 256;
    counts.fill(0, from, from + 1024);
    for (let index = 0; index < half.length; index++) {
      const word = half[index]!;
      counts[from + (word & 255)]! += 1;
      counts[from + 256 + ((word >>> 8) & 255)]! += 1;
      counts[from + 512 + ((word >>> 16) & 255)]! += 1;
      counts[from + 768 + (word >>> 24)]! += 1;
    }
    const first = half[0] ?? 0;
    const costs = costsOf(half.length);
    let bytes = 0;
    for (let plane = 3; plane >= 0; plane--) {
      const begin = from + plane * 256;
      const isZero = counts[begin] === half.length;
      if (!isZero) this.#used = Math.max(this.#used, firstPlane + plane + 1);
      const isConstant = counts[begin + ((first >>> (plane * 8)) & 255)] === half.length;
      const cost = isConstant ? 0 : bytesOf(counts, begin, costs);
      this.#bytes[firstPlane + plane] = cost;
      bytes += cost;
    }
    return bytes;
  }
}

function bytesOf(counts: Uint32Array, from: number, costs: Float64Array): number {
  let bits = 0;
  for (let at = from; at < from + 256; at++) bits += costs[counts[at]!]!;
  return bits / 8;
}
