/**
 * xoshiro128**, a generator of 32-bit numbers with a state of four words (Blackman & Vigna, "Scrambled linear
 * pseudorandom number generators", 2021), seeded by splitmix32 steps. Its state can be saved and set, so a resumed
 * run goes on with the very numbers it would have had.
 */
export class Random {
  #state: Uint32Array;

  constructor(seed: number) {
    this.#state = new Uint32Array(4);
    let word = seed >>> 0;
    for (let index = 0; index < 4; index++) {
      word = (word + 0x9e3779b9) >>> 0;
      let mixed = word;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      this.#state[index] = mixed ^ (mixed >>> 16);
    }
  }

  get state(): readonly number[] {
    return [...this.#state];
  }
  set state(words: readonly number[]) {
    this.#state = Uint32Array.from(words);
  }

  /** 0 to 2³² − 1. */
  word(): number {
    const s = this.#state;
    const product = Math.imul(s[1]!, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 24 bits. */
  uniform(): number {
    return (this.word() >>> 8) / 0x1000000;
  }

  /** A whole number below `bound`, each equally likely (rejection of the uneven rest). */
  below(bound: number): number {
    const limit = 0x100000000 - (0x100000000 % bound);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % bound;
    }
  }

  /** Shuffle in place (Fisher and Yates, in Durstenfeld's form). */
  shuffle<T extends { length: number; [index: number]: number }>(values: T): T {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const kept = values[last]!;
      values[last] = values[other]!;
      values[other] = kept;
    }
    return values;
  }
}
