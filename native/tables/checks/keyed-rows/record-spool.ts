import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fromSystemError } from '../../../../app/kernel/app-error.ts';

const BLOCK_RECORDS = 4096;

/** Records of 32-bit words in numbered partitions. Of each partition a block is in memory; full blocks go into one file that has no name. */
export class RecordSpool {
  readonly #folder: string;
  readonly #width: number;
  readonly #partitions: readonly Partition[];
  readonly #blockBytes: number;
  #file: number | null = null;
  #blocks = 0;

  /** @param width words of a record */
  constructor(folder: string, width: number, partitions: number) {
    this.#folder = folder;
    this.#width = width;
    this.#blockBytes = BLOCK_RECORDS * width * Uint32Array.BYTES_PER_ELEMENT;
    this.#partitions = Array.from({ length: partitions }, () => ({ written: [], block: null, filled: 0 }));
  }

  /** @throws AppError DISK_FULL and other faults of the disk */
  add(partition: number, record: Uint32Array): void {
    const own = this.#partitions[partition]!;
    own.block ??= new Uint32Array(BLOCK_RECORDS * this.#width);
    const at = own.filled * this.#width;
    for (let word = 0; word < this.#width; word++) own.block[at + word] = record[word]!;
    own.filled += 1;
    if (own.filled === BLOCK_RECORDS) this.#write(own, own.block);
  }

  count(partition: number): number {
    const { written, filled } = this.#partitions[partition]!;
    return written.length * BLOCK_RECORDS + filled;
  }

  /** The partition's records in the order in which they came, some at a time; they are valid until the next ones. */
  *blocks(partition: number): Generator<Uint32Array> {
    const { written, block, filled } = this.#partitions[partition]!;
    const read = new Uint32Array(written.length > 0 ? BLOCK_RECORDS * this.#width : 0);
    for (const place of written) {
      this.#do(() => readWhole(this.#file!, read, place * this.#blockBytes));
      yield read;
    }
    if (block) yield block.subarray(0, filled * this.#width);
  }

  close(): void {
    if (this.#file !== null) fs.closeSync(this.#file);
    this.#file = null;
  }

  #write(own: Partition, block: Uint32Array): void {
    this.#do(() => {
      this.#file ??= namelessFile(this.#folder);
      writeWhole(this.#file, block, this.#blocks * this.#blockBytes);
    });
    own.written.push(this.#blocks);
    own.filled = 0;
    this.#blocks += 1;
  }

  #do(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw fromSystemError(error, this.#folder);
    }
  }
}

interface Partition {
  /** Places of its blocks in the file. */
  readonly written: number[];
  block: Uint32Array | null;
  filled: number;
}

/** It is gone with its descriptor, however the process ends. */
function namelessFile(folder: string): number {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `rows-${randomUUID()}`);
  const descriptor = fs.openSync(file, 'wx+', 0o600);
  fs.unlinkSync(file);
  return descriptor;
}

function writeWhole(file: number, words: Uint32Array, position: number): void {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at, bytes.length - at, position + at);
}

function readWhole(file: number, words: Uint32Array, position: number): void {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const read = fs.readSync(file, bytes, at, bytes.length - at, position + at);
    if (read === 0) throw new Error('A spilled block ends early.');
    at += read;
  }
}
