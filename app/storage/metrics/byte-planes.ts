import { codeByFrequency, codedBytes, decodeByFrequency } from './byte-frequencies.ts';
import type { ByteReader, ByteWriter } from './byte-stream.ts';
import { type Words, wordsOfLength } from './number-words.ts';

/*
 * The lowest bytes of all numbers are one plane, their second bytes the next, and so on: the upper ones hardly change,
 * the lowest may be noise. Each plane is written in the way that suits it, since bytes that are noise would spoil
 * the compression of the others.
 */
const PLAIN = 0;
const CONSTANT = 1;
const CODED = 2;
const BYTES_OF_WORD = 8;

export function writePlanes(writer: ByteWriter, words: Words): void {
  const planes = usedPlanes(words);
  writer.varint(planes);
  for (let plane = 0; plane < planes; plane++) writePlane(writer, words, plane);
}

/** @throws RangeError unless they are planes of `count` numbers */
export function readPlanes(reader: ByteReader, count: number): Words {
  const words = wordsOfLength(count);
  const planes = reader.varint();
  if (planes > BYTES_OF_WORD) throw new RangeError(`no number has ${planes} bytes`);
  for (let plane = 0; plane < planes; plane++) {
    addPlane(plane < 4 ? words.low : words.high, (plane % 4) * 8, readPlane(reader, count));
  }
  return words;
}

function addPlane(half: Int32Array, shift: number, bytes: Uint8Array): void {
  for (let index = 0; index < bytes.length; index++) half[index]! |= bytes[index]! << shift;
}

/** About how many bytes `writePlanes` takes for them. */
export function planesBytes(words: Words): number {
  let bytes = 0;
  for (let plane = usedPlanes(words) - 1; plane >= 0; plane--)
    bytes += codedBytes(countsOf(words, plane), words.low.length);
  return bytes;
}

function usedPlanes({ low, high }: Words): number {
  let [lowBits, highBits] = [0, 0];
  for (let index = 0; index < low.length; index++) {
    lowBits |= low[index]!;
    highBits |= high[index]!;
  }
  const bits = highBits === 0 ? 32 - Math.clz32(lowBits) : 64 - Math.clz32(highBits);
  return Math.ceil(bits / 8);
}

function planeOf({ low, high }: Words, plane: number): Uint8Array {
  const half = plane < 4 ? low : high;
  const shift = (plane % 4) * 8;
  const bytes = new Uint8Array(half.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = half[index]! >>> shift;
  return bytes;
}

/** How often each byte is in a plane. */
function countsOf({ low, high }: Words, plane: number): Uint32Array {
  const half = plane < 4 ? low : high;
  const shift = (plane % 4) * 8;
  const counts = new Uint32Array(256);
  for (let index = 0; index < half.length; index++) {
    const byte = (half[index]! >>> shift) & 255;
    counts[byte] = counts[byte]! + 1;
  }
  return counts;
}

function writePlane(writer: ByteWriter, words: Words, plane: number): void {
  const bytes = planeOf(words, plane);
  const counts = countsOf(words, plane);
  if (counts[bytes[0]!] === bytes.length) {
    writer.varint(CONSTANT);
    writer.varint(bytes[0]!);
    return;
  }
  const worthCoding = codedBytes(counts, bytes.length) < bytes.length;
  const coded = worthCoding ? codeByFrequency(bytes, counts) : bytes;
  const smaller = coded.length < bytes.length;
  writer.varint(smaller ? CODED : PLAIN);
  writer.sized(smaller ? coded : bytes);
}

function readPlane(reader: ByteReader, count: number): Uint8Array {
  const form = reader.varint();
  if (form === CONSTANT) return new Uint8Array(count).fill(reader.varint());
  const kept = reader.sized();
  if (form === CODED) return decodeByFrequency(kept, count);
  if (form !== PLAIN || kept.length !== count) throw new RangeError('a plane is not what it should be');
  return kept;
}
