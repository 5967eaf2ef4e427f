/** Hash functions of a signature. */
export const SIGNATURE_LENGTH = 128;

/**
 * Signatures whose positions agree with the chance that is the Jaccard similarity of two sets (A. Z. Broder, On the resemblance and
 * containment of documents, 1997). The hash functions are one mixed hash, multiplied and shifted differently for each position.
 */
export class MinHash {
  readonly #multipliers = new Uint32Array(SIGNATURE_LENGTH);
  readonly #offsets = new Uint32Array(SIGNATURE_LENGTH);

  constructor() {
    let state = 0x9e3779b9;
    const next = () => {
      state = (state + 0x9e3779b9) >>> 0;
      return mixed(state);
    };
    for (let at = 0; at < SIGNATURE_LENGTH; at++) {
      this.#multipliers[at] = next() | 1;
      this.#offsets[at] = next();
    }
  }

  /** Write the signature of a set of hashes, which must not be empty. */
  sign(hashes: ArrayLike<number>, count: number, signature: Uint32Array): void {
    signature.fill(0xffffffff);
    for (let index = 0; index < count; index++) {
      const hash = hashes[index]!;
      for (let at = 0; at < SIGNATURE_LENGTH; at++) {
        let value = Math.imul(hash ^ this.#offsets[at]!, this.#multipliers[at]!);
        value = (value ^ (value >>> 15)) >>> 0;
        if (value < signature[at]!) signature[at] = value;
      }
    }
  }
}

/** Every bit of the result depends on every bit of the number (the finaliser of A. Appleby's MurmurHash3). */
export function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 32-bit FNV-1a over the code units of a text, begun with a seed. */
export function textHash(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return mixed(hash);
}

/** Share of equal members of two ascending lists without repetitions. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      shared++;
      i++;
      j++;
    } else if (a[i]! < b[j]!) i++;
    else j++;
  }
  const union = a.length + b.length - shared;
  return union === 0 ? 0 : shared / union;
}
