import { planesBytes, readPlanes, writePlanes } from './byte-planes.ts';
import { type ByteReader, ByteWriter } from './byte-stream.ts';
import {
  differences,
  doubleNumbers,
  doubleWords,
  floatNumbers,
  floatWords,
  signsFirst,
  signsLast,
  sums,
  type Words,
  wholeNumbers,
  wholeWords,
} from './number-words.ts';

/** How numbers became words. */
const WHOLE = 0;
const FLOATS = 1;
const DOUBLES = 2;
/** Digits behind the point, of numbers that are decimal fractions. */
const MOST_DECIMALS = 9;
/** Up to it whole numbers and their tenfold parts are told apart safely. */
const MOST_WHOLE = 2 ** 52;

/** Bytes for each number with which nothing smaller is looked for. */
const SMALL_ENOUGH = 1 / 32;

interface Packing {
  readonly kind: number;
  readonly decimals: number;
  /** How often differences were taken. */
  readonly order: number;
  readonly words: Words;
}

/**
 * A column in as few bytes as we know: as decimal fractions where all numbers are such, else by their bits, as they are
 * or as differences, whichever has the most regular bytes. It takes several times as long as `encodeValues`.
 *
 * @param way the first byte of the column
 */
export function packColumn(way: number, numbers: Float64Array): Uint8Array {
  const { kind, decimals, order, words } = smallest(numbers);
  const writer = new ByteWriter(64 + numbers.length * 4);
  for (const number of [way, kind, decimals, order]) writer.varint(number);
  writePlanes(writer, words);
  return writer.bytes();
}

/**
 * @param reader behind the first byte
 * @throws RangeError unless there are exactly `count` numbers
 */
export function unpackColumn(reader: ByteReader, count: number): Float64Array {
  const [kind, decimals, order] = [reader.varint(), reader.varint(), reader.varint()];
  let words = readPlanes(reader, count);
  if (hasSigns(kind, order)) words = signsFirst(words);
  for (let left = order; left > 0; left--) words = sums(words);
  if (kind === FLOATS) return floatNumbers(words);
  if (kind === DOUBLES) return doubleNumbers(words);
  if (kind !== WHOLE) throw new RangeError(`no numbers are packed in the way ${kind}`);
  const numbers = wholeNumbers(words);
  if (decimals > 0) {
    const scale = 10 ** decimals;
    for (let index = 0; index < count; index++) numbers[index]! /= scale;
  }
  return numbers;
}

function smallest(numbers: Float64Array): Packing {
  let best: Packing | undefined;
  let bestBytes = Number.POSITIVE_INFINITY;
  for (const packing of packings(numbers)) {
    const bytes = planesBytes(packing.words);
    if (bytes >= bestBytes) continue;
    best = packing;
    bestBytes = bytes;
    if (bytes < numbers.length * SMALL_ENOUGH) break;
  }
  return best!;
}

function* packings(numbers: Float64Array): Generator<Packing> {
  const decimal = asDecimals(numbers);
  if (decimal) return yield* ordersOf(WHOLE, decimal.decimals, wholeWords(decimal.whole), 2);
  if (areFloats(numbers)) return yield* ordersOf(FLOATS, 0, floatWords(numbers), 1);
  yield* ordersOf(DOUBLES, 0, doubleWords(numbers), 1);
}

function* ordersOf(kind: number, decimals: number, words: Words, mostOrder: number): Generator<Packing> {
  let changed = words;
  for (let order = 0; order <= mostOrder; order++) {
    if (order > 0) changed = differences(changed);
    yield { kind, decimals, order, words: hasSigns(kind, order) ? signsLast(changed) : changed };
  }
}

/** Bits of a number have no sign; what is counted and what is a difference has. */
const hasSigns = (kind: number, order: number) => kind === WHOLE || order > 0;

/** The same numbers times a power of ten, if all of them are whole then and come back exactly. */
function asDecimals(numbers: Float64Array): { decimals: number; whole: Float64Array } | null {
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
    const whole = scaled(numbers, 10 ** decimals);
    if (whole) return { decimals, whole };
  }
  return null;
}

function scaled(numbers: Float64Array, scale: number): Float64Array | null {
  const whole = new Float64Array(numbers.length);
  // A number of unlike ones decides soonest, and columns mostly end unlike they begin.
  for (let index = numbers.length - 1; index >= 0; index--) {
    const number = numbers[index]!;
    const product = scale === 1 ? number : Math.round(number * scale);
    const most = scale === 1 ? Number.MAX_SAFE_INTEGER : MOST_WHOLE;
    const exact = Number.isInteger(product) && Math.abs(product) <= most && product / scale === number;
    if (!exact || Object.is(product, -0)) return null;
    whole[index] = product;
  }
  return whole;
}

function areFloats(numbers: Float64Array): boolean {
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index]!;
    if (Math.fround(number) !== number && !Number.isNaN(number)) return false;
  }
  return true;
}
