/**
 * Just enough of the protobuf wire format to write ONNX (protobuf.dev/programming-guides/encoding): varints and
 * length-delimited fields. A message is a list of byte runs, so that nesting copies nothing until the end.
 */
export class Message {
  readonly #runs: Uint8Array[] = [];
  #length = 0;

  get byteLength(): number {
    return this.#length;
  }

  /** A field of type int32, int64 or an enumeration; negative numbers take ten bytes, as the format wants. */
  integer(field: number, value: number | bigint): this {
    this.#varint(BigInt(field) << 3n);
    return this.#varint(BigInt.asUintN(64, BigInt(value)));
  }

  float(field: number, value: number): this {
    this.#varint((BigInt(field) << 3n) | 5n);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint((BigInt(field) << 3n) | 2n);
    this.#varint(BigInt(value.byteLength));
    return this.#push(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    this.#varint((BigInt(field) << 3n) | 2n);
    this.#varint(BigInt(value.byteLength));
    for (const run of value.#runs) this.#runs.push(run);
    this.#length += value.#length;
    return this;
  }

  /** A packed repeated int64. */
  packedIntegers(field: number, values: readonly (number | bigint)[]): this {
    const packed = new Message();
    for (const value of values) packed.#varint(BigInt.asUintN(64, BigInt(value)));
    return this.message(field, packed);
  }

  packedFloats(field: number, values: Iterable<number>): this {
    const floats = Float32Array.from(values);
    return this.bytes(field, new Uint8Array(floats.buffer));
  }

  toBytes(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const run of this.#runs) {
      whole.set(run, at);
      at += run.byteLength;
    }
    return whole;
  }

  #varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = value;
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      bytes.push(rest > 0n ? low | 0x80 : low);
    } while (rest > 0n);
    return this.#push(Uint8Array.from(bytes));
  }

  #push(bytes: Uint8Array): this {
    this.#runs.push(bytes);
    this.#length += bytes.byteLength;
    return this;
  }
}
