import { MAX_CHUNK_BYTES, MIN_CHUNK_BYTES, NORMAL_CHUNK_BYTES } from './cut-rules.ts';
import { CutScanner } from './cut-scanner.ts';

/**
 * Cuts a content into chunks, a buffer at a time. Cuts depend only on the bytes since the last cut, so they are the same however the
 * content is read, and a content that is one chunk of another is cut as one chunk.
 */
export class Chunker {
  readonly #scanner: CutScanner;

  /** @param capacityBytes the most that is cut at once; a few times MAX_CHUNK_BYTES at least */
  constructor(capacityBytes: number) {
    this.#scanner = new CutScanner(capacityBytes);
  }

  /** Fill this from its start with bytes that follow a cut. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#scanner.bytes;
  }

  /**
   * The ends of the chunks in `bytes[from, to)`, which must begin after a cut. Unless it is the content's end, what follows the last
   * end given is not settled yet and has to come again, with more after it.
   */
  cut(from: number, to: number, isEnd: boolean): number[] {
    const ends: number[] = [];
    const length = to - from;
    if (isEnd && length <= MIN_CHUNK_BYTES) return length > 0 ? [to] : [];
    const { count, positions, strict } = this.#scanner.scan(from, to);
    let start = 0;
    let next = 0;
    while (length - start > MIN_CHUNK_BYTES) {
      while (next < count && positions[next]! + 1 < start + MIN_CHUNK_BYTES) next++;
      let end = start + MAX_CHUNK_BYTES;
      let found = next;
      for (; found < count && positions[found]! + 1 < end; found++) {
        if (strict[found] === 1 || positions[found]! + 1 >= start + NORMAL_CHUNK_BYTES) {
          end = positions[found]! + 1;
          break;
        }
      }
      if (end > length) break;
      ends.push(from + end);
      start = end;
      next = found;
    }
    if (isEnd && start < length) ends.push(to);
    return ends;
  }
}
