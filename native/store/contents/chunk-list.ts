import { blake3 } from '@napi-rs/blake-hash';

/**
 * A content of more than one chunk is described by its chunk list, an entry that is named by the content's own digest. Long lists are cut
 * into leaves where the chunks' digests say so, and leaves are chunks of the store: two versions of a large file share nearly all of them.
 *
 *     list  u8 level · items of 38 bytes: 32 digest · u48 bytes of content
 *
 * Level 0 lists chunks, level n + 1 lists lists of level n. The bytes of the topmost list do not have the digest that it is found by, so its
 * level has the bit 0x80 and 16 bytes follow that bind it to its content. Lists of older workspaces are without.
 */
const DIGEST_BYTES = 32;
const SIZE_BYTES = 6;
const ITEM_BYTES = DIGEST_BYTES + SIZE_BYTES;
const MAX_LEVEL = 8;
/** Of a level: the list is bound to its content. */
const BOUND = 0x80;
const SEAL_BYTES = 16;
/** No list but the last of its level has fewer items. */
const MIN_ITEMS = 64;
const MAX_ITEMS = 1024;
/** One digest in so many ends a list. */
const END_MASK = 0x7f;

export interface ListItem {
  readonly digest: Buffer;
  /** Of content, also where the item is a list itself. */
  readonly sizeBytes: number;
}

export interface ChunkList {
  readonly level: number;
  readonly items: readonly ListItem[];
}

/** @throws Error if these bytes are no chunk list */
export function decodeList(bytes: Uint8Array): ChunkList {
  // A copy, because the block that they lie in may make room for another one.
  const buffer = Buffer.from(bytes);
  const level = (buffer[0] ?? MAX_LEVEL) & ~BOUND;
  const itemsAt = 1 + (isBound(buffer) ? SEAL_BYTES : 0);
  if (level >= MAX_LEVEL || buffer.length < itemsAt || (buffer.length - itemsAt) % ITEM_BYTES !== 0) {
    throw new Error('these bytes are no chunk list');
  }
  const items: ListItem[] = [];
  for (let at = itemsAt; at < buffer.length; at += ITEM_BYTES) {
    items.push({
      digest: buffer.subarray(at, at + DIGEST_BYTES),
      sizeBytes: buffer.readUIntLE(at + DIGEST_BYTES, SIZE_BYTES),
    });
  }
  return { level, items };
}

/** Whether a list that was found by a content's digest is that content's, as far as it can tell: older ones cannot. */
export function isListOf(content: Uint8Array, bytes: Uint8Array): boolean {
  if (!isBound(bytes)) return true;
  const seal = sealOf(content, bytes[0]!, bytes.subarray(1 + SEAL_BYTES));
  return seal.equals(bytes.subarray(1, 1 + SEAL_BYTES));
}

function isBound(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 0) & BOUND) !== 0;
}

function sealOf(content: Uint8Array, level: number, items: Uint8Array): Buffer {
  return blake3(Buffer.concat([content, Buffer.from([level]), items])).subarray(0, SEAL_BYTES);
}

interface OpenList {
  items: Buffer[];
  contentBytes: number;
}

/** Collects the chunks of one content in their order. */
export class ListBuilder {
  readonly #onList: (digest: Buffer, bytes: Buffer) => void;
  readonly #levels: OpenList[] = [];
  #chunks = 0;

  /** @param onList told of each list below the top, which has to be stored as a chunk */
  constructor(onList: (digest: Buffer, bytes: Buffer) => void) {
    this.#onList = onList;
  }

  add(digest: Buffer, sizeBytes: number): void {
    this.#chunks++;
    this.#append(0, digest, sizeBytes);
  }

  /** The list to store under the content's digest; null for a content of one chunk, which needs none. */
  finish(content: Uint8Array): Buffer | null {
    if (this.#chunks <= 1) return null;
    for (let level = 0; level < this.#levels.length - 1; level++) {
      if (this.#levels[level]!.items.length > 0) this.#close(level);
    }
    const level = (this.#levels.length - 1) | BOUND;
    const items = Buffer.concat(this.#levels.at(-1)!.items);
    return Buffer.concat([Buffer.from([level]), sealOf(content, level, items), items]);
  }

  #append(level: number, digest: Buffer, sizeBytes: number): void {
    this.#levels[level] ??= { items: [], contentBytes: 0 };
    const list = this.#levels[level];
    list.items.push(item(digest, sizeBytes));
    list.contentBytes += sizeBytes;
    const count = list.items.length;
    // Each level asks another byte: a digest that ends one level's list would end the next level's too often.
    const ends = count >= MIN_ITEMS && (digest[DIGEST_BYTES - 1 - level]! & END_MASK) === 0;
    if (ends || count >= MAX_ITEMS) this.#close(level);
  }

  #close(level: number): void {
    const { items, contentBytes } = this.#levels[level]!;
    const bytes = encode(level, items);
    const digest = blake3(bytes);
    this.#onList(digest, bytes);
    this.#levels[level] = { items: [], contentBytes: 0 };
    this.#append(level + 1, digest, contentBytes);
  }
}

function encode(level: number, items: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([level]), ...items]);
}

function item(digest: Buffer, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(ITEM_BYTES);
  bytes.set(digest);
  bytes.writeUIntLE(sizeBytes, DIGEST_BYTES, SIZE_BYTES);
  return bytes;
}
