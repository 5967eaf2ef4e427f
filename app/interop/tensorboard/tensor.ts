import type { WireReader } from '../protobuf/wire-reader.ts';

/** A TensorProto that is small enough to be worth reading: its numbers or its texts, flat, in row order. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
  readonly strings: readonly Uint8Array[];
}

/** Names of tensorflow/core/framework/types.proto by number, with their width in bytes and how one is read. */
const numberTypes: Record<
  number,
  readonly [widthBytes: number, read: (view: DataView, at: number) => number]
> = {
  1: [4, (view, at) => view.getFloat32(at, true)],
  2: [8, (view, at) => view.getFloat64(at, true)],
  3: [4, (view, at) => view.getInt32(at, true)],
  4: [1, (view, at) => view.getUint8(at)],
  5: [2, (view, at) => view.getInt16(at, true)],
  6: [1, (view, at) => view.getInt8(at)],
  9: [8, (view, at) => Number(view.getBigInt64(at, true))],
  10: [1, (view, at) => view.getUint8(at)],
  14: [2, (view, at) => bfloat16(view.getUint16(at, true))],
  17: [2, (view, at) => view.getUint16(at, true)],
  19: [2, (view, at) => float16(view.getUint16(at, true))],
  22: [4, (view, at) => view.getUint32(at, true)],
  23: [8, (view, at) => Number(view.getBigUint64(at, true))],
};

/** @throws AppError DATA_MALFORMED */
export function readTensor(message: WireReader): Tensor {
  let type = 0;
  let shape: number[] = [];
  let content: Uint8Array | undefined;
  let numbers: number[] = [];
  const halves: number[] = [];
  const strings: Uint8Array[] = [];
  while (message.next()) {
    if (message.field === 1) type = message.integer();
    else if (message.field === 2) shape = readShape(message.message());
    else if (message.field === 4) content = message.bytes();
    else if (message.field === 5) message.floats(numbers);
    else if (message.field === 6) message.doubles(numbers);
    else if (message.field === 8) strings.push(message.bytes());
    else if (message.field === 13) message.integers(halves);
    else if ([7, 10, 11, 16, 17].includes(message.field)) message.integers(numbers);
    else message.skip();
  }
  if (halves.length > 0) numbers = halves.map(type === 14 ? bfloat16 : float16);
  const read = numberTypes[type];
  if (content && content.length > 0 && read) {
    const [widthBytes, one] = read;
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    numbers = Array.from({ length: Math.floor(content.length / widthBytes) }, (_, index) =>
      one(view, index * widthBytes),
    );
  }
  return { shape, numbers, strings };
}

function readShape(message: WireReader): number[] {
  const shape: number[] = [];
  while (message.next()) {
    if (message.field !== 2) {
      message.skip();
      continue;
    }
    const dimension = message.message();
    let size = 0;
    while (dimension.next()) {
      if (dimension.field === 1) size = dimension.integer();
      else dimension.skip();
    }
    shape.push(size);
  }
  return shape;
}

function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, (bits & 0xffff) << 16);
  return view.getFloat32(0);
}

/** IEEE 754 binary16: 1 sign bit, 5 of the exponent, 10 of the fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
