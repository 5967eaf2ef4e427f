import { StringDecoder } from 'node:string_decoder';
import { damaged } from '../files/damaged.ts';
import type { FileBytes } from '../files/file-bytes.ts';

const PIECE_BYTES = 1 << 20;
const MOST_ITEM_CHARACTERS = 16 * 1024 * 1024;
const MOST_KEY = 200;

/**
 * Items of the lists that stand directly in a JSON file's outermost object, one at a time, so that a description of a million boxes
 * never lies in memory whole. Other values are passed over.
 *
 * @param wanted keys of the lists
 * @throws AppError DATA_MALFORMED naming the byte (counted in characters where the file is not ASCII)
 */
export async function* jsonSections(
  bytes: FileBytes,
  wanted: ReadonlySet<string>,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly section: string; readonly item: unknown }> {
  const scanner = new Scanner(bytes.name, wanted);
  const decoder = new StringDecoder('utf8');
  for (let at = 0; at < bytes.sizeBytes; at += PIECE_BYTES) {
    signal?.throwIfAborted();
    yield* scanner.take(decoder.write(await bytes.head(at, PIECE_BYTES)));
  }
  yield* scanner.take(decoder.end());
  scanner.end();
}

/** Follows depth and strings; texts of items are cut out and parsed by the platform. */
class Scanner {
  readonly #name: string;
  readonly #wanted: ReadonlySet<string>;
  #depth = 0;
  #inText = false;
  #escaped = false;
  /** The text in progress at depth 1: a key, if a colon follows. */
  #text = '';
  #key: string | null = null;
  /** The item in progress; null outside of one. */
  #item: string[] | null = null;
  #itemCharacters = 0;
  #at = 0;

  constructor(name: string, wanted: ReadonlySet<string>) {
    this.#name = name;
    this.#wanted = wanted;
  }

  *take(piece: string): Generator<{ section: string; item: unknown }> {
    let itemFrom = 0;
    for (let index = 0; index < piece.length; index++) {
      const code = piece.charCodeAt(index);
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (code === 0x5c) this.#escaped = true;
        else if (code === 0x22) this.#inText = false;
        if (this.#inText && this.#depth === 1 && this.#text.length < MOST_KEY) this.#text += piece[index];
        continue;
      }
      switch (code) {
        case 0x22:
          this.#inText = true;
          if (this.#depth === 1) this.#text = '';
          break;
        case 0x3a:
          if (this.#depth === 1) this.#key = this.#text;
          break;
        case 0x7b:
        case 0x5b:
          if (this.#depth === 0 && code === 0x5b)
            throw this.#fault(index, 'the file must hold an object, not a list');
          this.#depth++;
          if (code === 0x7b && this.#depth === 3 && this.#key !== null && this.#wanted.has(this.#key)) {
            this.#item = [];
            this.#itemCharacters = 0;
            itemFrom = index;
          }
          break;
        case 0x7d:
        case 0x5d:
          this.#depth--;
          if (this.#depth < 0) throw this.#fault(index, 'a bracket closes what none opened');
          if (this.#item !== null && this.#depth === 2) {
            yield { section: this.#key!, item: this.#parse(piece.slice(itemFrom, index + 1), index) };
            this.#item = null;
          }
          break;
      }
    }
    if (this.#item !== null) this.#keep(piece.slice(itemFrom));
    this.#at += piece.length;
  }

  end(): void {
    if (this.#at === 0) throw damaged(this.#name, 0, 'the file is empty');
    if (this.#depth !== 0 || this.#inText) throw damaged(this.#name, this.#at, 'the file ends early');
  }

  #keep(text: string): void {
    this.#item!.push(text);
    this.#itemCharacters += text.length;
    if (this.#itemCharacters > MOST_ITEM_CHARACTERS) throw this.#fault(0, 'one item is longer than 16 MiB');
  }

  #parse(last: string, index: number): unknown {
    try {
      return JSON.parse(this.#item!.join('') + last);
    } catch (error) {
      throw this.#fault(index, `this is no JSON (${(error as Error).message})`);
    }
  }

  #fault(index: number, reason: string) {
    return damaged(this.#name, this.#at + index, reason);
  }
}
