import { decodeBoth, encodeBoth, PlaneDecoder, PlaneEncoder } from './byte-frequencies.ts';
import type { ByteReader, ByteWriter } from './byte-stream.ts';
import type { Words } from './number-words.ts';
import type { PlaneCounts } from './plane-counts.ts';

/*
 * The lowest bytes of all numbers are one plane, their second bytes the next, and so on: the upper ones hardly change,
 * the lowest may be noise. Each plane is written in the way that suits it, since bytes that are noise would spoil
 * the compression of the others.
 */
const PLAIN = 0;
const CONSTANT = 1;
const CODED = 2;
const BYTES_OF_WORD = 8;

const halfOf = ({ low, high }: Words, plane: number): Int32Array => (plane < 4 ? low : high);
const shiftOf = (plane: number): number => (plane % 4) * 8;

/** @param counts of these words */
export function writePlanes(writer: ByteWriter, words: Words, counts: PlaneCounts): void {
  const coded = codePlanes(words, counts);
  writer.varint(counts.used);
  for (let plane = 0; plane < counts.used; plane++) {
    const half = halfOf(words, plane);
    const bytes = coded.has(plane) ? encoders[plane]!.bytes() : null;
    if (counts.bytes(plane) === 0) {
      writer.varint(CONSTANT);
      writer.varint((half[0]! >>> shiftOf(plane)) & 255);
    } else {
      const isSmaller = bytes !== null && bytes.length < half.length;
      writer.varint(isSmaller ? CODED : PLAIN);
      writer.sized(isSmaller ? bytes : bytesOf(half, shiftOf(plane)));
    }
  }
}

const encoders = Array.from({ length: BYTES_OF_WORD }, () => new PlaneEncoder());

/** Code those planes that may be shorter then, each with the encoder of its number. @returns which they are */
function codePlanes(words: Words, counts: PlaneCounts): ReadonlySet<number> {
  const coded: number[] = [];
  for (let plane = 0; plane < counts.used; plane++) {
    // The table takes a byte for each byte that occurs, which is why noise is not even tried.
    const cost = counts.bytes(plane);
    if (cost === 0 || cost + counts.present(plane) >= words.low.length) continue;
    encoders[plane]!.prepare(halfOf(words, plane), shiftOf(plane), counts.of(plane));
    coded.push(plane);
  }
  for (let index = 0; index < coded.length; index += 2)
    encodeBoth(encoders[coded[index]!]!, encoders[coded[index + 1] ?? coded[index]!]!);
  return new Set(coded);
}

function bytesOf(half: Int32Array, shift: number): Uint8Array {
  const bytes = new Uint8Array(half.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = half[index]! >>> shift;
  return bytes;
}

const decoders = [new PlaneDecoder(), new PlaneDecoder()] as const;

/**
 * @param words become what was written; what they were does not matter
 * @throws RangeError unless as many were written
 */
export function readPlanes(reader: ByteReader, words: Words): void {
  words.low.fill(0);
  words.high.fill(0);
  const planes = reader.varint();
  if (planes > BYTES_OF_WORD) throw new RangeError(`no number has ${planes} bytes`);
  const [one, other] = decoders;
  /** A coded plane that waits for another one to be read beside it. */
  let waiting: { readonly coded: Uint8Array; readonly plane: number } | null = null;
  for (let plane = 0; plane < planes; plane++) {
    const form = reader.varint();
    if (form === CONSTANT) fillPlane(halfOf(words, plane), reader.varint() << shiftOf(plane));
    else if (form === PLAIN) setPlane(halfOf(words, plane), shiftOf(plane), reader.sized());
    else if (form !== CODED) throw new RangeError('a plane is not what it should be');
    else if (waiting === null) waiting = { coded: reader.sized(), plane };
    else {
      one.prepare(waiting.coded, halfOf(words, waiting.plane), shiftOf(waiting.plane));
      other.prepare(reader.sized(), halfOf(words, plane), shiftOf(plane));
      decodeBoth(one, other);
      waiting = null;
    }
  }
  if (waiting === null) return;
  one.prepare(waiting.coded, halfOf(words, waiting.plane), shiftOf(waiting.plane));
  decodeBoth(one, one);
}

function fillPlane(half: Int32Array, bits: number): void {
  if (bits !== 0) for (let index = 0; index < half.length; index++) half[index]! |= bits;
}

function setPlane(half: Int32Array, shift: number, bytes: Uint8Array): void {
  if (bytes.length !== half.length) throw new RangeError('a plane is not what it should be');
  for (let index = 0; index < half.length; index++) half[index]! |= bytes[index]! << shift;
}
