import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { releaseBytes } from '../../release-bytes.ts';
import type { BlockPlace, StoreIndex } from '../index/store-index.ts';
import { type BlockCodec, MAX_BLOCK_BYTES } from './block-codec.ts';
import { dictionaryOf } from './dictionary.ts';
import { method } from './pack-format.ts';
import { readInto } from './read-directory.ts';

/** So many blocks' raw bytes are kept, of half a MiB each for every thread: those read last. */
const KEPT_BLOCKS = 12;
const MAX_OPEN_PACKS = 32;
/** No chain of deltas is as long. */
const MAX_BELOW = 12;

/** What is wrong with a block, in words; the message says nothing of the contents that it harms. */
export class DamagedBlock extends Error {
  readonly pack: string;
  /** Of the block in the pack: that of the base where a delta cannot be read because of it. */
  readonly offset: number;

  constructor({ pack, offset }: Pick<BlockPlace, 'pack' | 'offset'>, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.pack = pack;
    this.offset = offset;
  }
}

interface Kept {
  readonly buffer: Buffer;
  rawBytes: number;
}

/** Reads blocks into buffers that are used again and again; one for each thread. */
export class BlockReader {
  readonly #folder: string;
  readonly #codec: BlockCodec;
  readonly #index: StoreIndex;
  readonly #packs = new Map<string, number>();
  /** By block; the one used last stands last. */
  readonly #kept = new Map<number, Kept>();
  readonly #free: Kept[] = [];
  #stored: Buffer | null = null;
  /** How many blocks are being read, each as a base of the one before. */
  #below = 0;

  /** @param index where the bases of deltas are found */
  constructor(folder: string, codec: BlockCodec, index: StoreIndex) {
    this.#folder = folder;
    this.#codec = codec;
    this.#index = index;
  }

  /**
   * The raw bytes of a block. They are not to be changed, and are gone when so many other blocks were read: copy what is needed longer.
   *
   * @throws DamagedBlock
   */
  read(place: BlockPlace): Uint8Array {
    const known = this.#kept.get(place.id);
    if (known) {
      this.#kept.delete(place.id);
      this.#kept.set(place.id, known);
      return known.buffer.subarray(0, known.rawBytes);
    }
    const kept = this.#take();
    this.#below++;
    try {
      if (this.#below > MAX_BELOW) throw new Error('its bases lead in a circle');
      this.#load(place, kept.buffer);
    } catch (error) {
      this.#free.push(kept);
      if (error instanceof DamagedBlock) throw error;
      throw new DamagedBlock(place, (error as Error).message, error);
    } finally {
      this.#below--;
    }
    kept.rawBytes = place.rawBytes;
    this.#kept.set(place.id, kept);
    return kept.buffer.subarray(0, kept.rawBytes);
  }

  /** After packs were rewritten. */
  forget(): void {
    this.#free.push(...this.#kept.values());
    this.#kept.clear();
    for (const fd of this.#packs.values()) fs.closeSync(fd);
    this.#packs.clear();
  }

  #take(): Kept {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#kept.size < KEPT_BLOCKS) {
      // One more byte than a block has, so that a frame that gives too much is told from one that gives enough.
      return { buffer: Buffer.allocUnsafeSlow(MAX_BLOCK_BYTES + 1), rawBytes: 0 };
    }
    const [oldest, kept] = this.#kept.entries().next().value!;
    this.#kept.delete(oldest);
    return kept;
  }

  #load(place: BlockPlace, raw: Buffer): void {
    if (place.rawBytes > MAX_BLOCK_BYTES || place.storedBytes > MAX_BLOCK_BYTES)
      throw new Error('it is too long');
    this.#stored ??= Buffer.allocUnsafeSlow(MAX_BLOCK_BYTES);
    const isRaw = place.method === method.raw;
    const stored = (isRaw ? raw : this.#stored).subarray(0, place.storedBytes);
    if (readInto(this.#open(place.pack), place.offset, stored) < stored.length) {
      throw new Error('it ends too early');
    }
    if (zlib.crc32(stored) !== place.crc) throw new Error('its bytes are not as they were written');
    if (place.method === method.zstd) this.#codec.decode(stored, raw, place.rawBytes);
    if (place.method !== method.delta) return;
    // Reading the bases uses the same buffer.
    const delta = Buffer.from(stored);
    const dictionary = dictionaryOf(place, this.#index, this);
    try {
      this.#codec.decodeDelta(delta, dictionary, raw, place.rawBytes);
    } finally {
      releaseBytes(delta);
      releaseBytes(dictionary);
    }
  }

  #open(pack: string): number {
    const known = this.#packs.get(pack);
    if (known !== undefined) return known;
    if (this.#packs.size >= MAX_OPEN_PACKS) {
      const [oldest, fd] = this.#packs.entries().next().value!;
      fs.closeSync(fd);
      this.#packs.delete(oldest);
    }
    const fd = fs.openSync(path.join(this.#folder, pack), 'r');
    this.#packs.set(pack, fd);
    return fd;
  }
}
