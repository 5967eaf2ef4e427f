import { ByteReader, ByteWriter } from './byte-stream.ts';

/** How a column is written: its first byte. */
const DELTAS = 0;
const DOUBLES = 1;
const FLOATS = 2;
/** Beyond, twice a number is no longer exact. */
const MOST_EXACT = 2 ** 52;

/**
 * Numbers that mostly grow evenly, such as steps and times: the change of the change from one to the next, which is
 * nearly always 0 or small, as varints. Numbers that have no exact differences are written as doubles.
 */
export function encodeRegular(numbers: Float64Array): Uint8Array {
  const writer = new ByteWriter(numbers.length + 24);
  writer.varint(DELTAS);
  let previous = 0;
  let previousDelta = 0;
  for (let index = 0; index < numbers.length; index++) {
    const delta = numbers[index]! - previous;
    const change = delta - previousDelta;
    if (!Number.isSafeInteger(delta) || !Number.isSafeInteger(change) || Math.abs(change) >= MOST_EXACT)
      return encodePlanes(DOUBLES, numbers);
    writer.varint(change < 0 ? -change * 2 - 1 : change * 2);
    previous = numbers[index]!;
    // The first number is no difference to anything, so it says nothing about the second difference.
    previousDelta = index === 0 ? 0 : delta;
  }
  return writer.bytes();
}

/** Any doubles: as float32 where that loses nothing, byte by byte, so that what is alike stands together. */
export function encodeValues(numbers: Float64Array): Uint8Array {
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index]!;
    if (Math.fround(number) !== number && !Number.isNaN(number)) return encodePlanes(DOUBLES, numbers);
  }
  return encodePlanes(FLOATS, Float32Array.from(numbers));
}

/** @throws RangeError unless `bytes` are exactly `count` numbers */
export function decodeNumbers(bytes: Uint8Array, count: number): Float64Array {
  if (bytes[0] === DOUBLES) return new Float64Array(gatherPlanes(bytes, count, 8).buffer);
  if (bytes[0] === FLOATS) return Float64Array.from(new Float32Array(gatherPlanes(bytes, count, 4).buffer));
  if (bytes[0] !== DELTAS) throw new RangeError(`no column is written in the way ${bytes[0]}`);
  const reader = new ByteReader(bytes.subarray(1));
  const numbers = new Float64Array(count);
  let number = 0;
  let delta = 0;
  for (let index = 0; index < count; index++) {
    const coded = reader.varint();
    const change = coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
    if (index === 0) number = change;
    else {
      delta += change;
      number += delta;
    }
    numbers[index] = number;
  }
  return numbers;
}

/** The lowest bytes of all numbers, then their second bytes, and so on. */
function encodePlanes(way: number, numbers: Float64Array | Float32Array): Uint8Array {
  const width = numbers.BYTES_PER_ELEMENT;
  const source = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const planes = new Uint8Array(1 + source.length);
  planes[0] = way;
  let at = 1;
  for (let plane = 0; plane < width; plane++)
    for (let from = plane; from < source.length; from += width) planes[at++] = source[from]!;
  return planes;
}

function gatherPlanes(planes: Uint8Array, count: number, width: number): Uint8Array<ArrayBuffer> {
  if (planes.length !== 1 + count * width) throw new RangeError('a column is too short or too long');
  const gathered = new Uint8Array(count * width);
  let at = 1;
  for (let plane = 0; plane < width; plane++)
    for (let to = plane; to < gathered.length; to += width) gathered[to] = planes[at++]!;
  return gathered;
}
