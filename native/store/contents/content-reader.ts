import fs from 'node:fs';
import { blake3 } from '@napi-rs/blake-hash';
import type { EntryPlace, StoreIndex } from '../index/store-index.ts';
import { type BlockReader, DamagedBlock } from '../packs/block-reader.ts';
import { entryKind } from '../packs/pack-format.ts';
import { readAt } from '../packs/read-directory.ts';
import { looseObject, type StorePaths } from '../store-paths.ts';
import { type ChunkList, decodeList, isListOf, type ListItem } from './chunk-list.ts';
import { hashFile } from './hash-file.ts';
import { damagedContent, missingContent } from './store-faults.ts';

/** The digest of no bytes at all, which needs no entry. */
export const EMPTY_DIGEST = 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262';

const INDEX = 'the index';

/** Where a content is. */
export type Located =
  | { readonly in: 'nothing' }
  | { readonly in: 'chunk'; readonly place: EntryPlace }
  | { readonly in: 'list'; readonly place: EntryPlace }
  | { readonly in: 'object'; readonly path: string; readonly sizeBytes: number };

/** Reads contents by digest, however they are kept; one for each thread. */
export class ContentReader {
  readonly #paths: StorePaths;
  readonly #index: StoreIndex;
  readonly #blocks: BlockReader;
  /** Whole files that were compared with their digests, as they were then. */
  readonly #checkedObjects = new Map<string, string>();

  constructor(paths: StorePaths, index: StoreIndex, blocks: BlockReader) {
    this.#paths = paths;
    this.#index = index;
    this.#blocks = blocks;
  }

  /** After packs were rewritten. */
  forget(): void {
    this.#blocks.forget();
    this.#index.forgetBlocks();
  }

  /** Null if the store does not have it. */
  locate(digest: Buffer): Located | null {
    const place = this.#index.find(digest);
    if (place) return { in: place.kind === entryKind.list ? 'list' : 'chunk', place };
    const hex = digest.toString('hex');
    if (hex === EMPTY_DIGEST) return { in: 'nothing' };
    const path = looseObject(this.#paths, hex);
    const stat = fs.lstatSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? { in: 'object', path, sizeBytes: stat.size } : null;
  }

  /** Find many. @throws AppError STORAGE_FAILED if one is missing */
  findAll(digests: readonly Buffer[]): Located[] {
    return this.#index.reading(() => digests.map((digest) => this.find(digest)));
  }

  /** @throws AppError STORAGE_FAILED if it is missing */
  find(digest: Buffer): Located {
    const located = this.locate(digest);
    if (!located) throw missingContent(digest.toString('hex'));
    return located;
  }

  /** In bytes. @throws AppError STORAGE_FAILED */
  size(digest: Buffer): number {
    const located = this.find(digest);
    if (located.in === 'nothing') return 0;
    if (located.in === 'object') return located.sizeBytes;
    if (located.in === 'chunk') return located.place.sizeBytes;
    return sum(this.#list(digest, located.place).items);
  }

  /** The chunks of a content in their order; the content itself if it is one chunk. @throws AppError STORAGE_FAILED */
  *chunks(digest: Buffer): Generator<ListItem> {
    const located = this.find(digest);
    if (located.in !== 'list') return yield { digest, sizeBytes: this.size(digest) };
    yield* this.#leaves(this.#list(digest, located.place), digest);
  }

  /**
   * Bytes [offset, offset + length), in pieces, fewer at the end. A piece must not be changed, and is good until the next one.
   *
   * @throws AppError STORAGE_FAILED
   */
  *read(digest: Buffer, offset: number, length: number): Generator<Uint8Array> {
    const located = this.find(digest);
    if (located.in === 'nothing' || length <= 0) return;
    if (located.in === 'object') {
      this.checkObject(digest, located);
      return yield readLoose(located.path, offset, Math.min(length, located.sizeBytes - offset));
    }
    if (located.in === 'chunk') {
      const piece = this.#bytes(located.place, digest, digest).subarray(offset, offset + length);
      if (piece.length > 0) yield piece;
      return;
    }
    yield* this.#readList(this.#list(digest, located.place), digest, offset, offset + length);
  }

  /** The same in one buffer of its own. */
  bytes(digest: Buffer, offset: number, length: number): Buffer {
    const end = Math.min(this.size(digest), offset + length);
    const buffer = Buffer.allocUnsafeSlow(Math.max(0, end - offset));
    let filled = 0;
    for (const piece of this.read(digest, offset, buffer.length)) {
      buffer.set(piece, filled);
      filled += piece.length;
    }
    return buffer;
  }

  /** The bytes of an entry, to be used at once. @param content what is read, for the fault's words */
  entry(digest: Buffer, content: Buffer): Uint8Array {
    const place = this.#index.find(digest);
    if (place) return this.#bytes(place, digest, content);
    // A chunk may be a whole file of an older workspace.
    const located = this.find(digest);
    if (located.in !== 'object') return new Uint8Array(0);
    this.checkObject(digest, located);
    return readLoose(located.path, 0, located.sizeBytes);
  }

  /**
   * Compare a whole file with its digest, once for as long as nobody touches it.
   *
   * @throws AppError STORAGE_FAILED
   */
  checkObject(digest: Buffer, { path }: { readonly path: string }): void {
    const { size, mtimeMs, ctimeMs, ino } = fs.lstatSync(path);
    const stamp = [size, mtimeMs, ctimeMs, ino].join(' ');
    const hex = digest.toString('hex');
    if (this.#checkedObjects.get(hex) === stamp) return;
    if (!hashFile(path).equals(digest))
      throw damagedContent(hex, path, 'its bytes are not what its digest says');
    this.#checkedObjects.set(hex, stamp);
  }

  *#leaves({ level, items }: ChunkList, content: Buffer): Generator<ListItem> {
    for (const item of items) {
      if (level === 0) yield item;
      else yield* this.#leaves(this.#decoded(this.entry(item.digest, content), content), content);
    }
  }

  *#readList({ level, items }: ChunkList, content: Buffer, from: number, to: number): Generator<Uint8Array> {
    let at = 0;
    for (const { digest, sizeBytes } of items) {
      if (at >= to) return;
      if (at + sizeBytes > from) {
        const bytes = this.entry(digest, content);
        if (level > 0) yield* this.#readList(this.#decoded(bytes, content), content, from - at, to - at);
        else yield bytes.subarray(Math.max(0, from - at), to - at);
      }
      at += sizeBytes;
    }
  }

  #list(digest: Buffer, place: EntryPlace): ChunkList {
    return this.#decoded(this.#bytes(place, digest, digest), digest);
  }

  #decoded(bytes: Uint8Array, content: Buffer): ChunkList {
    try {
      return decodeList(bytes);
    } catch (error) {
      throw damagedContent(content.toString('hex'), INDEX, (error as Error).message, error);
    }
  }

  /** The bytes of an entry, once more where they are now if a collection has moved them meanwhile. */
  #bytes(place: EntryPlace, digest: Buffer, content: Buffer): Uint8Array {
    try {
      return this.#read(place, digest);
    } catch {
      this.forget();
      const now = this.find(digest);
      if (now.in !== 'chunk' && now.in !== 'list') throw missingContent(content.toString('hex'));
      try {
        return this.#read(now.place, digest);
      } catch (error) {
        const { message, code } = error as Error & { readonly code?: string };
        if (code?.startsWith('SQLITE_')) throw error;
        const where = error instanceof DamagedBlock ? error.pack : INDEX;
        throw damagedContent(content.toString('hex'), where, message, error);
      }
    }
  }

  /** Their block's checksum does not tell whether the index led to the right bytes. */
  #read({ kind, blockId, offset, sizeBytes }: EntryPlace, digest: Buffer): Uint8Array {
    const raw = this.#blocks.read(this.#index.block(blockId));
    const bytes = raw.subarray(offset, offset + sizeBytes);
    if (kind === entryKind.list ? isListOf(digest, bytes) : blake3(bytes).equals(digest)) return bytes;
    throw new Error('it leads to other bytes');
  }
}

function sum(items: readonly ListItem[]): number {
  return items.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}

function readLoose(path: string, offset: number, length: number): Buffer {
  if (length <= 0) return Buffer.alloc(0);
  const fd = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
  try {
    return readAt(fd, offset, length);
  } finally {
    fs.closeSync(fd);
  }
}
