/**
 * Writes the protobuf wire format (protobuf.dev/programming-guides/encoding): as much of it as ONNX needs. Pieces are
 * kept by reference until `finish`, so weights are copied once.
 */
export class ProtobufWriter {
  readonly #pieces: Uint8Array[] = [];
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** A varint field; negative values take the ten bytes of two's complement. */
  integer(field: number, value: number | bigint): this {
    this.#append(varint(field * 8));
    return this.#append(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#append(varint(field * 8 + 5));
    return this.#append(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    this.#append(varint(field * 8 + 2));
    this.#append(varint(value.byteLength));
    return this.#append(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, write: (inner: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    this.#append(varint(field * 8 + 2));
    this.#append(varint(inner.#sizeBytes));
    for (const piece of inner.#pieces) this.#append(piece);
    return this;
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#sizeBytes);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.byteLength;
    }
    return whole;
  }

  #append(piece: Uint8Array): this {
    this.#pieces.push(piece);
    this.#sizeBytes += piece.byteLength;
    return this;
  }
}

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}
