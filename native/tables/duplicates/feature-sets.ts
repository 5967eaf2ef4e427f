/** Features of rows, each once and sorted, side by side in one array: as arrays of their own they would take several times as much. */
export class FeatureSets {
  /** Whether there was room for all. */
  complete = true;
  readonly #most: number;
  /** For each row how many it has, and then these. */
  #all = new Uint32Array(1 << 16);
  #length = 0;
  readonly #starts = new Map<number, number>();

  /** @param mostBytes of all features together; rows that come when it is full are left out */
  constructor(mostBytes: number) {
    this.#most = mostBytes / Uint32Array.BYTES_PER_ELEMENT;
  }

  keep(row: number, features: Uint32Array): void {
    const start = this.#length;
    const end = start + 1 + features.length;
    if (end > this.#most) {
      this.complete = false;
      return;
    }
    this.#reserve(end);
    const own = this.#all.subarray(start + 1, end);
    own.set(features);
    own.sort();
    let count = 0;
    for (const [at, feature] of own.entries()) {
      if (at === 0 || feature !== own[count - 1]) own[count++] = feature;
    }
    this.#all[start] = count;
    this.#length = start + 1 + count;
    this.#starts.set(row, start);
  }

  /** A view that is good until more is kept. */
  of(row: number): Uint32Array | undefined {
    const start = this.#starts.get(row);
    if (start === undefined) return undefined;
    return this.#all.subarray(start + 1, start + 1 + this.#all[start]!);
  }

  #reserve(end: number): void {
    if (end <= this.#all.length) return;
    const larger = new Uint32Array(Math.min(this.#most, Math.max(end, this.#all.length * 2)));
    larger.set(this.#all.subarray(0, this.#length));
    this.#all = larger;
  }
}
