import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import { releaseBytes } from '../../release-bytes.ts';
import { type BlockCodec, MAX_BLOCK_BYTES } from './block-codec.ts';
import type { Dictionary } from './dictionary.ts';
import {
  type EntryKind,
  encodeDirectory,
  encodeTail,
  entryKind,
  PACK_HEAD,
  type PackBlock,
  type PackEntry,
} from './pack-format.ts';

/** A pack is closed when it has this many bytes. */
export const PACK_BYTES = 64 * 1024 * 1024;
/** Files of no bytes take no room in a block, yet need entries. */
const MAX_BLOCK_ENTRIES = 8192;
/** A delta of less than this part of the block needs no comparison. */
const CERTAIN_DELTA = 0.05;
/** A delta makes reading slower, so it must be shorter than the block compressed by itself by this much. */
const WORTHWHILE_DELTA = 0.7;
/** After a delta that was not worth it, so many blocks are not tried: pictures and archives change as a whole. */
const HOPELESS_BLOCKS = 8;
/** A shorter block says nothing of those to come. */
const TELLING_BYTES = 128 * 1024;
/** What a pack is called while it is written. */
export const PART = '.part';

/** A pack that is complete, but neither flushed to the disk nor named. */
export interface WrittenPack {
  readonly partPath: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly directory: Uint8Array<ArrayBuffer>;
}

/** A block being filled: bytes and what they are. */
class OpenBlock {
  readonly bytes = Buffer.allocUnsafeSlow(MAX_BLOCK_BYTES);
  entries: PackEntry[] = [];
  used = 0;
  /** Chunks that resemble what is in it, by digest. */
  similar = new Map<string, Uint8Array>();

  clear(): void {
    this.entries = [];
    this.used = 0;
    this.similar.clear();
  }

  hasRoom(sizeBytes: number): boolean {
    return this.used + sizeBytes <= MAX_BLOCK_BYTES && this.entries.length < MAX_BLOCK_ENTRIES;
  }
}

/**
 * Fills packs, one after another. Entries that come together lie together; lists of chunks lie apart from data, so that reading the lists of
 * many files reads few blocks.
 */
export class PackWriter {
  readonly #folder: string;
  readonly #codec: BlockCodec;
  readonly #dictionaryFor: (similar: readonly Uint8Array[]) => Dictionary | null;
  readonly #data = new OpenBlock();
  readonly #lists = new OpenBlock();
  /** `fd` is null once it was closed: whatever closing says, the number may be another file's then. */
  #part: { readonly path: string; fd: number | null } | null = null;
  #blocks: PackBlock[] = [];
  /** So many blocks are not tried as deltas. */
  #hopeless = 0;
  #sizeBytes = 0;
  /** After a fault of the disk: what was added since the last pack is lost, and the writer must be `abandon`ed. */
  isBroken = false;

  /** @param dictionaryFor the bytes of similar chunks, which blocks may be told by */
  constructor(
    folder: string,
    codec: BlockCodec,
    dictionaryFor: (similar: readonly Uint8Array[]) => Dictionary | null,
  ) {
    this.#dictionaryFor = dictionaryFor;
    this.#folder = folder;
    this.#codec = codec;
  }

  get isEmpty(): boolean {
    return this.#part === null && this.#data.entries.length === 0 && this.#lists.entries.length === 0;
  }

  get isFull(): boolean {
    return this.#sizeBytes >= PACK_BYTES;
  }

  /**
   * @param similar digests of chunks that it may resemble
   * @throws AppError DISK_FULL, STORAGE_FAILED; then the writer is broken
   */
  add(digest: Uint8Array, kind: EntryKind, bytes: Uint8Array, similar: readonly Uint8Array[]): void {
    const block = kind === entryKind.list ? this.#lists : this.#data;
    if (!block.hasRoom(bytes.length)) this.#close(block);
    block.bytes.set(bytes, block.used);
    block.entries.push({ digest: digest.slice(), kind, offset: block.used, sizeBytes: bytes.length });
    block.used += bytes.length;
    for (const each of similar) block.similar.set(Buffer.from(each).toString('latin1'), each);
  }

  /** Complete the pack; null if nothing was added since the last one. */
  finish(): WrittenPack | null {
    this.#close(this.#data);
    this.#close(this.#lists);
    const part = this.#part;
    if (!part) return null;
    const directory = encodeDirectory(this.#blocks);
    const { tail, name } = encodeTail(directory);
    this.#write(directory);
    this.#write(tail);
    try {
      this.#closePart(part);
    } catch (error) {
      throw this.#fault(error);
    }
    this.#part = null;
    const sizeBytes = this.#sizeBytes;
    this.#blocks = [];
    this.#sizeBytes = 0;
    return { partPath: part.path, name, sizeBytes, directory: new Uint8Array(directory) };
  }

  /** Drop what is not finished, after a fault. */
  abandon(): void {
    for (const block of [this.#data, this.#lists]) {
      block.clear();
    }
    this.#blocks = [];
    this.#sizeBytes = 0;
    this.isBroken = false;
    const part = this.#part;
    this.#part = null;
    if (!part) return;
    try {
      this.#closePart(part);
      fs.rmSync(part.path, { force: true });
    } catch {
      // The fault that led here is told of; the next start sweeps what is left.
    }
  }

  #closePart(part: { fd: number | null }): void {
    const { fd } = part;
    part.fd = null;
    if (fd !== null) fs.closeSync(fd);
  }

  #close(block: OpenBlock): void {
    if (block.entries.length === 0) return;
    const raw = block.bytes.subarray(0, block.used);
    const { bytes, method, crc, depth, bases } = this.#encode(raw, [...block.similar.values()]);
    if (!this.#part) this.#open();
    this.#blocks.push({
      offset: this.#sizeBytes,
      storedBytes: bytes.length,
      rawBytes: block.used,
      method,
      depth,
      crc,
      bases,
      entries: block.entries,
    });
    this.#write(bytes);
    block.clear();
  }

  /** As a delta where that is much shorter. */
  #encode(raw: Uint8Array, similar: readonly Uint8Array[]) {
    const plain = { depth: 0, bases: [] };
    if (similar.length === 0 || this.#hopeless > 0) {
      this.#hopeless = Math.max(0, this.#hopeless - 1);
      return { ...this.#codec.encode(raw), ...plain };
    }
    const dictionary = this.#dictionaryFor(similar);
    if (!dictionary) return { ...this.#codec.encode(raw), ...plain };
    const delta = this.#codec.encodeDelta(raw, dictionary.bytes);
    releaseBytes(dictionary.bytes);
    const { depth, bases } = dictionary;
    if (delta.bytes.length < raw.length * CERTAIN_DELTA) return { ...delta, depth, bases };
    const encoded = this.#codec.encode(raw);
    if (delta.bytes.length < encoded.bytes.length * WORTHWHILE_DELTA) return { ...delta, depth, bases };
    if (raw.length >= TELLING_BYTES) this.#hopeless = HOPELESS_BLOCKS;
    return { ...encoded, ...plain };
  }

  #open(): void {
    const partPath = path.join(this.#folder, `${randomUUID()}${PART}`);
    try {
      this.#part = { path: partPath, fd: fs.openSync(partPath, 'wx', 0o600) };
    } catch (error) {
      throw this.#fault(error);
    }
    this.#write(PACK_HEAD);
  }

  #write(bytes: Uint8Array): void {
    try {
      for (let written = 0; written < bytes.length; ) {
        written += fs.writeSync(this.#part!.fd!, bytes, written, bytes.length - written);
      }
    } catch (error) {
      throw this.#fault(error);
    }
    this.#sizeBytes += bytes.length;
  }

  #fault(error: unknown): unknown {
    this.isBroken = true;
    return fromSystemError(error, this.#folder);
  }
}
