/** Types of fields in Thrift's compact protocol. */
const [TRUE, FALSE, I32, I64, BINARY, LIST, STRUCT] = [1, 2, 5, 6, 8, 9, 12];

/** A value of a field: whole numbers of 32 bits, sizes and places of 64, texts and bytes, lists of one kind, structs. */
export type ThriftValue =
  | boolean
  | { readonly i32: number }
  | { readonly i64: number }
  | string
  | Uint8Array
  | readonly ThriftValue[]
  | ThriftStruct
  | EncodedStruct;

/** A struct that is bytes already: thousands of them take less memory so. */
export class EncodedStruct {
  readonly bytes: Buffer;

  constructor(struct: ThriftStruct) {
    this.bytes = thriftBytes(struct);
  }
}

/** Fields by number, in rising order. */
export class ThriftStruct {
  readonly fields: readonly (readonly [number, ThriftValue])[];

  constructor(...fields: readonly (readonly [number, ThriftValue | undefined])[]) {
    this.fields = fields.filter((field): field is [number, ThriftValue] => field[1] !== undefined);
  }
}

/** A struct in Thrift's compact protocol, in which Parquet describes its files. */
export function thriftBytes(struct: ThriftStruct): Buffer {
  const writer = new CompactWriter();
  writer.struct(struct);
  return writer.bytes();
}

class CompactWriter {
  #buffer = Buffer.allocUnsafe(1024);
  #length = 0;

  bytes(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  struct({ fields }: ThriftStruct): void {
    let before = 0;
    for (const [number, value] of fields) {
      const step = number - before;
      if (step > 15) throw new Error(`field ${number} stands too far behind field ${before}`);
      this.#byte((step << 4) | typeOf(value));
      if (typeof value !== 'boolean') this.#value(value);
      before = number;
    }
    this.#byte(0);
  }

  #value(value: Exclude<ThriftValue, boolean>): void {
    if (value instanceof ThriftStruct) this.struct(value);
    else if (value instanceof EncodedStruct) this.#append(value.bytes);
    else if (typeof value === 'string') this.#binary(Buffer.from(value, 'utf8'));
    else if (value instanceof Uint8Array) this.#binary(value);
    else if ('i32' in value) this.#zigzag(value.i32);
    else if ('i64' in value) this.#zigzag(value.i64);
    else this.#list(value);
  }

  #list(values: readonly ThriftValue[]): void {
    const type = values.length === 0 ? STRUCT : typeOf(values[0]!);
    if (values.length < 15) this.#byte((values.length << 4) | type);
    else {
      this.#byte(0xf0 | type);
      this.#varint(values.length);
    }
    for (const value of values) this.#value(value as Exclude<ThriftValue, boolean>);
  }

  #binary(bytes: Uint8Array): void {
    this.#varint(bytes.length);
    this.#append(bytes);
  }

  #append(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Places in files are exact numbers: below 2^53, and doubled below 2^54. */
  #zigzag(value: number): void {
    this.#varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#length++] = value;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

function typeOf(value: ThriftValue): number {
  if (typeof value === 'boolean') return value ? TRUE! : FALSE!;
  if (value instanceof ThriftStruct || value instanceof EncodedStruct) return STRUCT!;
  if (typeof value === 'string' || value instanceof Uint8Array) return BINARY!;
  if ('i32' in value) return I32!;
  return 'i64' in value ? I64! : LIST!;
}
