import { AppError } from '../../app/kernel/app-error.ts';

/** Where one field of a message stands: a number for varints, a cursor over its own bytes for everything else. */
export interface ProtobufField {
  readonly field: number;
  readonly value: bigint;
  readonly content: ProtobufReader;
}

/**
 * Reads the protobuf wire format from bytes in memory without trusting them: every length is checked against the end of
 * the message that holds it.
 *
 * @throws AppError MODEL_INVALID where the bytes end too early or are no protobuf
 */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  *fields(): Generator<ProtobufField> {
    while (this.#at < this.#bytes.byteLength) {
      const key = this.#varint();
      const field = Number(key >> 3n);
      if (field === 0) throw damaged();
      switch (key & 7n) {
        case 0n:
          yield { field, value: this.#varint(), content: new ProtobufReader(new Uint8Array()) };
          break;
        case 1n:
          yield { field, value: 0n, content: this.#take(8) };
          break;
        case 2n:
          yield { field, value: 0n, content: this.#take(Number(this.#varint())) };
          break;
        case 5n:
          yield { field, value: 0n, content: this.#take(4) };
          break;
        default:
          throw damaged();
      }
    }
  }

  /** The rest as bytes, not copied. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  text(): string {
    return Buffer.from(this.bytes()).toString('utf8');
  }

  #take(length: number): ProtobufReader {
    if (length > this.#bytes.byteLength - this.#at) throw damaged();
    const content = new ProtobufReader(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return content;
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw damaged();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw damaged();
  }
}

function damaged(): AppError {
  return new AppError('MODEL_INVALID', 'The file is cut short or is not an ONNX model.', {
    nextStep: 'Copy or export it again, and compare its size with the original.',
  });
}
