import { ByteReader, ByteWriter } from './byte-stream.ts';
import { packColumn, unpackColumn } from './packed-column.ts';

/** How a column is written: its first byte. */
const DELTAS = 0;
const DOUBLES = 1;
const FLOATS = 2;
const PACKED = 3;
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
  return encodePlanes(FLOATS, new Float32Array(numbers));
}

/** Any numbers in as few bytes as we know, for columns that are written once. */
export const encodeTightly = (numbers: Float64Array): Uint8Array => packColumn(PACKED, numbers);

/** @throws RangeError unless `bytes` are exactly `count` numbers */
export function decodeNumbers(bytes: Uint8Array, count: number): Float64Array {
  const numbers = new Float64Array(count);
  decodeInto(numbers, 0, bytes, count);
  return numbers;
}

/**
 * Decode `count` numbers to a place in an array.
 *
 * @throws RangeError unless `bytes` are exactly `count` numbers
 */
export function decodeInto(to: Float64Array, place: number, bytes: Uint8Array, count: number): void {
  if (bytes[0] === DOUBLES) gatherDoubles(to, place, bytes, count);
  else if (bytes[0] === FLOATS) gatherFloats(to, place, bytes, count);
  else if (bytes[0] === DELTAS) addChanges(to, place, bytes, count);
  else if (bytes[0] === PACKED) unpackColumn(to, place, new ByteReader(bytes, 1), count);
  else throw new RangeError(`no column is written in the way ${bytes[0]}`);
}

function addChanges(to: Float64Array, place: number, bytes: Uint8Array, count: number): void {
  const reader = new ByteReader(bytes, 1);
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
    to[place + index] = number;
  }
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

function gatherDoubles(to: Float64Array, place: number, planes: Uint8Array, count: number): void {
  requireLength(planes, count * 8);
  const bytes = new Uint8Array(to.buffer, to.byteOffset + place * 8, count * 8);
  let at = 1;
  for (let plane = 0; plane < 8; plane++)
    for (let index = plane; index < bytes.length; index += 8) bytes[index] = planes[at++]!;
}

/** Where the bits of one number come together. */
const bits = new Int32Array(1);
const single = new Float32Array(bits.buffer);

function gatherFloats(to: Float64Array, place: number, planes: Uint8Array, count: number): void {
  requireLength(planes, count * 4);
  for (let index = 0, at = 1; index < count; index++, at++) {
    bits[0] =
      planes[at]! |
      (planes[at + count]! << 8) |
      (planes[at + 2 * count]! << 16) |
      (planes[at + 3 * count]! << 24);
    to[place + index] = single[0]!;
  }
}

function requireLength(planes: Uint8Array, bytes: number): void {
  if (planes.length !== 1 + bytes) throw new RangeError('a column is too short or too long');
}
