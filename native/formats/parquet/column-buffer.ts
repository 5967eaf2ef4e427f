import { releaseBytes } from '../../release-bytes.ts';
import type { TableValue, ValueType } from '../table/table-values.ts';

/** Parquet's physical types. */
export const physical = { boolean: 0, int64: 2, double: 5, bytes: 6 } as const;

const TWO_32 = 2 ** 32;

/** What a group of rows has of one column, ready to be a page. */
export interface ColumnPage {
  /** Levels (which rows have a value) and the values that are there, as Parquet's PLAIN encoding has them. */
  readonly bytes: Buffer;
  readonly missing: number;
  /** Least and greatest of numbers and times, encoded; null where there are none. */
  /** Numbers of a column of doubles, bigints of one of whole numbers. */
  readonly ends: { readonly min: number | bigint; readonly max: number | bigint } | null;
}

/** Rows that there is room for at first; a column that gets more is given room for all at once. */
const FIRST_ROWS = 256;
/** Of a run of levels: its length and its header, before its bits. */
const LEVELS_HEAD_BYTES = 16;

/**
 * Collects values of one column. NaN is missing; infinities are kept and counted. Its memory is used again for every group: what is allocated
 * and dropped by the megabyte is slow to return to the system.
 */
export class ColumnBuffer {
  readonly #type: ValueType;
  readonly #mostRows: number;
  /** One byte a row: 1 where there is a value. */
  #present: Buffer = Buffer.allocUnsafe(FIRST_ROWS);
  #rows = 0;
  /** Before the values, as many bytes are free as their levels need in the page. */
  #values: Buffer;
  readonly #head: number;
  #bytes = 0;
  #count = 0;
  #min: number | bigint = Number.POSITIVE_INFINITY;
  #max: number | bigint = Number.NEGATIVE_INFINITY;
  infinities = 0;

  /** @param mostRows that are added before `take` */
  constructor(type: ValueType, mostRows: number) {
    this.#type = type;
    this.#mostRows = mostRows;
    this.#head = LEVELS_HEAD_BYTES + Math.ceil(mostRows / 8);
    this.#values = Buffer.allocUnsafe(this.#head + FIRST_ROWS * 8);
  }

  get sizeBytes(): number {
    return this.#bytes + this.#rows;
  }

  add(values: readonly TableValue[], count: number): void {
    this.#present = withRoom(this.#present, this.#rows, count, this.#mostRows);
    if (this.#type !== 'text') {
      const used = this.#head + this.#bytes;
      this.#values = withRoom(this.#values, used, count * 8, this.#head + this.#mostRows * 8);
    }
    for (let row = 0; row < count; row++) {
      const value = values[row] ?? null;
      const there = value !== null && !Number.isNaN(value);
      this.#present[this.#rows + row] = there ? 1 : 0;
      if (there) this.#put(value);
    }
    this.#rows += count;
  }

  /** The page of what was added since the last one; its bytes are good until more is added. */
  take(): ColumnPage {
    const levels = levelsOf(this.#present, this.#rows, this.#count);
    if (this.#type === 'boolean') {
      const flags = this.#values.subarray(this.#head, this.#head + this.#bytes);
      this.#bytes = bitsOf(flags, this.#bytes).copy(this.#values, this.#head);
    }
    const from = this.#head - levels.length;
    levels.copy(this.#values, from);
    const ended = this.#count > 0 && this.#type !== 'text' && this.#type !== 'boolean';
    const page = {
      bytes: this.#values.subarray(from, this.#head + this.#bytes),
      missing: this.#rows - this.#count,
      ends: ended ? { min: this.#end(this.#min), max: this.#end(this.#max) } : null,
    };
    this.#rows = 0;
    this.#bytes = 0;
    this.#count = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
    return page;
  }

  #put(value: string | number | bigint | boolean): void {
    this.#count += 1;
    if (this.#type === 'text') this.#putText(value as string);
    else if (this.#type === 'boolean') this.#values[this.#head + this.#bytes++] = value === true ? 1 : 0;
    else this.#putNumber(value as number | bigint);
  }

  #putNumber(number: number | bigint): void {
    if (number < this.#min) this.#min = number;
    if (number > this.#max) this.#max = number;
    const at = this.#head + this.#bytes;
    if (this.#type === 'double') {
      this.#values.writeDoubleLE(number as number, at);
      if (number === Number.POSITIVE_INFINITY || number === Number.NEGATIVE_INFINITY) this.infinities += 1;
    } else writeInt64(this.#values, number, at);
    this.#bytes += 8;
  }

  #putText(value: string): void {
    // A character of UTF-16 becomes at most three bytes.
    const at = this.#head + this.#bytes;
    this.#values = withRoom(this.#values, at, 4 + value.length * 3);
    const length = this.#values.write(value, at + 4, 'utf8');
    this.#values.writeUInt32LE(length, at);
    this.#bytes += 4 + length;
  }

  #end(value: number | bigint): number | bigint {
    return this.#type === 'double' ? value : BigInt(value);
  }
}

function writeInt64(bytes: Buffer, value: number | bigint, at: number): void {
  if (typeof value === 'bigint') {
    bytes.writeBigInt64LE(value, at);
    return;
  }
  bytes.writeInt32LE(value | 0, at);
  bytes.writeInt32LE(Math.floor(value / TWO_32) | 0, at + 4);
}

/** @param length that is enough for everything, where that is known */
function withRoom(buffer: Buffer, used: number, more: number, length = buffer.length * 2): Buffer {
  if (used + more <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafe(Math.max(length, used + more));
  buffer.copy(larger, 0, 0, used);
  releaseBytes(buffer);
  return larger;
}

/** Parquet's levels of an optional column: one run where every row has a value, else a bit a row. */
function levelsOf(present: Buffer, rows: number, count: number): Buffer {
  const all = count === rows;
  const packed = all ? Buffer.from([1]) : bitsOf(present, rows);
  const header = varint(all ? rows * 2 : packed.length * 2 + 1);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length + packed.length);
  return Buffer.concat([length, header, packed]);
}

/** Eight to a byte, the first in the lowest bit. */
function bitsOf(flags: Buffer, count: number): Buffer {
  const bits = Buffer.alloc(Math.ceil(count / 8));
  for (let at = 0; at < count; at++) if (flags[at] === 1) bits[at >> 3]! |= 1 << (at & 7);
  return bits;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
