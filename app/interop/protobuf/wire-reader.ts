import { AppError } from '../../kernel/app-error.ts';

/** Messages inside messages are read by the caller, one level at a time, so a bomb of nesting costs it nothing. */
const malformed = (reason: string): AppError =>
  new AppError('DATA_MALFORMED', `A protobuf message is not well formed: ${reason}.`);

/**
 * Reads the fields of one protobuf message in order (protobuf.dev/programming-guides/encoding). `next` moves to a field; then exactly
 * one of the value methods takes it, or `skip` passes it over. Nothing is copied: `bytes` is a view.
 *
 * @throws AppError DATA_MALFORMED for lengths beyond the message, groups and unknown wire types
 */
export class WireReader {
  field = 0;
  wire = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): boolean {
    if (this.done) return false;
    // Field numbers below 16 take one byte and are most of what there is.
    const first = this.#bytes[this.#at]!;
    if (first < 0x80) this.#at += 1;
    const tag = first < 0x80 ? first : Number(this.#varint());
    this.field = Math.floor(tag / 8);
    this.wire = tag % 8;
    if (this.field < 1 || this.field > 536_870_911) throw malformed(`there is no field ${this.field}`);
    return true;
  }

  /** An unsigned varint, or the raw bits of a fixed-width field. */
  unsigned(): bigint {
    if (this.wire === 0) return this.#varint();
    if (this.wire === 1) return this.#view.getBigUint64(this.#take(8), true);
    if (this.wire === 5) return BigInt(this.#view.getUint32(this.#take(4), true));
    throw malformed(`field ${this.field} is no number`);
  }

  /** int64, int32 and enumerations; beyond 2^53 the nearest double. */
  integer(): number {
    return Number(BigInt.asIntN(64, this.unsigned()));
  }

  boolean(): boolean {
    return this.unsigned() !== 0n;
  }

  double(): number {
    if (this.wire !== 1) throw malformed(`field ${this.field} is no double`);
    return this.#view.getFloat64(this.#take(8), true);
  }

  float(): number {
    if (this.wire !== 5) throw malformed(`field ${this.field} is no float`);
    return this.#view.getFloat32(this.#take(4), true);
  }

  bytes(): Uint8Array {
    if (this.wire !== 2) throw malformed(`field ${this.field} has no length`);
    const length = Number(this.#varint());
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(): string {
    return Buffer.from(this.bytes()).toString('utf8');
  }

  message(): WireReader {
    return new WireReader(this.bytes());
  }

  /** A repeated field of doubles, packed or not, added to `into`. */
  doubles(into: number[]): void {
    if (this.wire === 1) {
      into.push(this.double());
      return;
    }
    const view = viewOf(this.bytes());
    for (let at = 0; at + 8 <= view.byteLength; at += 8) into.push(view.getFloat64(at, true));
  }

  floats(into: number[]): void {
    if (this.wire === 5) {
      into.push(this.float());
      return;
    }
    const view = viewOf(this.bytes());
    for (let at = 0; at + 4 <= view.byteLength; at += 4) into.push(view.getFloat32(at, true));
  }

  /** A repeated field of signed varints, packed or not. */
  integers(into: number[]): void {
    if (this.wire === 0) {
      into.push(this.integer());
      return;
    }
    const packed = this.message();
    while (!packed.done) into.push(Number(BigInt.asIntN(64, packed.#varint())));
  }

  skip(): void {
    if (this.wire === 0) this.#varint();
    else if (this.wire === 1) this.#take(8);
    else if (this.wire === 2) this.bytes();
    else if (this.wire === 5) this.#take(4);
    else throw malformed(`wire type ${this.wire} is not read`);
  }

  #varint(): bigint {
    let low = 0;
    // Almost every varint has at most four bytes: these need no big numbers.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#bytes[this.#take(1)]!;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#take(1)]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed('a varint has more than ten bytes');
  }

  #take(length: number): number {
    const start = this.#at;
    if (!(length >= 0 && start + length <= this.#bytes.length)) {
      throw malformed(`field ${this.field} is longer than its message`);
    }
    this.#at = start + length;
    return start;
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
