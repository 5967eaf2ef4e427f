import type { ListItem } from './chunk-list.ts';

/** What lies this much before and after the expected place is offered too. */
const MARGIN_BYTES = 64 * 1024;
/** A longer content is not compared: its list would take too much memory. */
const MAX_CHUNKS = 1_000_000;

/**
 * Guesses which chunks of an earlier content resemble a chunk of a new one, by where they lie. Chunks that both have are anchors: from the last
 * one on, places move alike. Without any, as after a column was added, places grow in proportion.
 */
export class SimilarContent {
  readonly #chunks: readonly ListItem[];
  readonly #starts: Float64Array;
  readonly #places = new Map<string, number>();
  readonly #stretch: number;
  #anchor: { readonly before: number; readonly now: number } | null = null;

  private constructor(chunks: readonly ListItem[], sizeBytes: number) {
    this.#chunks = chunks;
    this.#starts = new Float64Array(chunks.length + 1);
    for (const [at, chunk] of chunks.entries()) {
      this.#starts[at + 1] = this.#starts[at]! + chunk.sizeBytes;
      this.#places.set(chunk.digest.toString('latin1'), at);
    }
    this.#stretch = this.#starts[chunks.length]! / Math.max(1, sizeBytes);
  }

  /**
   * @param chunks of the earlier content
   * @param sizeBytes of the new one
   */
  static of(chunks: Iterable<ListItem>, sizeBytes: number): SimilarContent | null {
    const held: ListItem[] = [];
    for (const { digest, sizeBytes: bytes } of chunks) {
      if (held.length === MAX_CHUNKS) return null;
      held.push({ digest: Buffer.from(digest), sizeBytes: bytes });
    }
    return new SimilarContent(held, sizeBytes);
  }

  /** Chunks of the earlier content for one of the new; they must be asked for in order. Empty if the earlier one has the chunk itself. */
  resembling(digest: Buffer, start: number, sizeBytes: number): readonly ListItem[] {
    const same = this.#places.get(digest.toString('latin1'));
    if (same !== undefined) {
      this.#anchor = { before: this.#starts[same]!, now: start };
      return [];
    }
    const expected = this.#anchor ? this.#anchor.before + start - this.#anchor.now : start * this.#stretch;
    const length = this.#anchor ? sizeBytes : sizeBytes * this.#stretch;
    const from = this.#at(expected - MARGIN_BYTES);
    const to = this.#at(expected + length + MARGIN_BYTES);
    return this.#chunks.slice(from, to + 1);
  }

  /** Which chunk holds a place. */
  #at(place: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#starts[middle]! <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
