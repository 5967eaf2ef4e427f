/** A line with the text in it. */
export interface LineMatch {
  /** From 1. */
  readonly line: number;
  /** Where the line begins in the file, in bytes: `runs.logs` reads on from there. */
  readonly offset: number;
  /** The line, or the part of a long one around the text. */
  readonly text: string;
}

const NEWLINE = 10;
/** A line longer than this is looked at in pieces, so that a log without line ends takes no more memory than one with them. */
const LONGEST_PIECE = 65_536;
const SHOWN_CHARACTERS = 400;

/** Finds the lines that have a text in them, in bytes that come piece by piece. */
export class LineMatcher {
  readonly #wanted: string;
  readonly #caseSensitive: boolean;
  /** Bytes of the needle, kept between two pieces of a long line so that it is not cut in two. */
  readonly #overlap: number;
  #rest: Buffer = Buffer.alloc(0);
  /** Where the rest begins in the file. */
  #restOffset = 0;
  #line = 1;
  #lineOffset = 0;
  /** Whether the line that the rest belongs to was reported already. */
  #reported = false;

  constructor(text: string, caseSensitive: boolean) {
    this.#wanted = caseSensitive ? text : text.toLowerCase();
    this.#caseSensitive = caseSensitive;
    // A letter and its other case may differ in length; four bytes hold either.
    this.#overlap = text.length * 4;
  }

  /** @param bytes may be changed by the caller afterwards */
  *push(bytes: Buffer): Generator<LineMatch, void, void> {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const end = all.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield* this.#lines(all.subarray(0, end));
    const rest = all.subarray(end);
    if (rest.length > LONGEST_PIECE + this.#overlap) {
      yield* this.#piece(rest);
      // What is kept begins at a character, not within one.
      let kept = rest.length - this.#overlap;
      while (kept < rest.length && (rest[kept]! & 0xc0) === 0x80) kept += 1;
      this.#restOffset += kept;
      this.#rest = Buffer.from(rest.subarray(kept));
    } else this.#rest = Buffer.from(rest);
  }

  /** The last line, where no line end follows it. */
  *end(): Generator<LineMatch, void, void> {
    if (this.#rest.length > 0) yield* this.#piece(this.#rest);
  }

  /** @param block whole lines */
  *#lines(block: Buffer): Generator<LineMatch, void, void> {
    // Most blocks have no match, and then only their lines are counted.
    const mayMatch = this.#reported || this.#find(block.toString('utf8')) >= 0;
    for (let from = 0; from < block.length; ) {
      const to = block.indexOf(NEWLINE, from);
      if (mayMatch) yield* this.#piece(block.subarray(from, to));
      this.#line += 1;
      this.#reported = false;
      this.#restOffset += to + 1 - from;
      this.#lineOffset = this.#restOffset;
      from = to + 1;
    }
  }

  *#piece(bytes: Buffer): Generator<LineMatch, void, void> {
    if (this.#reported) return;
    const text = bytes.toString('utf8');
    const at = this.#find(text);
    if (at < 0) return;
    this.#reported = true;
    yield { line: this.#line, offset: this.#lineOffset, text: around(text.replace(/\r$/, ''), at) };
  }

  #find(text: string): number {
    return (this.#caseSensitive ? text : text.toLowerCase()).indexOf(this.#wanted);
  }
}

function around(text: string, at: number): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  const from = Math.max(0, Math.min(at - SHOWN_CHARACTERS / 4, text.length - SHOWN_CHARACTERS));
  const part = text.slice(from, from + SHOWN_CHARACTERS).toWellFormed();
  return `${from > 0 ? '…' : ''}${part}${from + SHOWN_CHARACTERS < text.length ? '…' : ''}`;
}
