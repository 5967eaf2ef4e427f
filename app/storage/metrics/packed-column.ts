import { readPlanes, writePlanes } from './byte-planes.ts';
import { type ByteReader, ByteWriter } from './byte-stream.ts';
import {
  createWordRoom,
  differ,
  getDoubles,
  getFloats,
  setDoubles,
  setFloats,
  setSignsLast,
  signsFirst,
  sum,
  type Words,
} from './number-words.ts';
import { PlaneCounts } from './plane-counts.ts';
import { getWhole, MOST_DIRECT, setWhole } from './whole-words.ts';

/** How numbers became words. */
const WHOLE = 0;
const FLOATS = 1;
const DOUBLES = 2;
/** Digits behind the point, of numbers that are decimal fractions. */
const MOST_DECIMALS = 9;
/** Up to it whole numbers and their tenfold parts are told apart safely. */
const MOST_WHOLE = 2 ** 52;
/** How often differences are taken at most, by how numbers became words. */
const MOST_ORDER = [2, 1, 1] as const;

/** Bytes for each number with which nothing smaller is looked for. */
const SMALL_ENOUGH = 1 / 32;

/*
 * Nothing here waits, so one place for each purpose is enough for all columns: the bits of numbers, and of two ways to
 * write them the better one so far and the one that is being tried.
 */
const bitsRoom = createWordRoom();
const triedRooms = [createWordRoom(), createWordRoom()] as const;
const triedCounts = [new PlaneCounts(), new PlaneCounts()] as const;
let wholeRoom = new Float64Array(0);
const writer = new ByteWriter(32_768);

/**
 * A column in as few bytes as we know: as decimal fractions where all numbers are such, else by their bits, as they are
 * or as differences, whichever has the most regular bytes. It takes some times as long as `encodeValues`.
 *
 * @param way the first byte of the column
 * @returns bytes that stay until the next column is packed
 */
export function packColumn(way: number, numbers: Float64Array): Uint8Array {
  const scaled = scaledToWhole(numbers);
  const kind = scaled ? WHOLE : areFloats(numbers) ? FLOATS : DOUBLES;
  const setOrder = scaled ? wholeOrders(scaled) : bitOrders(kind, numbers);
  let order = 0;
  let best = 0;
  let bestBytes = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried <= MOST_ORDER[kind]; tried++) {
    const other = 1 - best;
    const room = triedRooms[other]!(numbers.length);
    setOrder(room, tried);
    const bytes = triedCounts[other]!.count(room, bestBytes);
    if (bytes >= bestBytes) continue;
    best = other;
    order = tried;
    bestBytes = bytes;
    if (bytes < numbers.length * SMALL_ENOUGH) break;
  }
  writer.clear();
  for (const number of [way, kind, scaled?.decimals ?? 0, order]) writer.varint(number);
  writePlanes(writer, triedRooms[best]!(numbers.length), triedCounts[best]!);
  return writer.bytes();
}

/**
 * @param to where the numbers come to stand, from `place` on
 * @param reader behind the first byte
 * @throws RangeError unless there are exactly `count` numbers
 */
export function unpackColumn(to: Float64Array, place: number, reader: ByteReader, count: number): void {
  const kind = reader.varint();
  const decimals = reader.varint();
  const order = reader.varint();
  const words = bitsRoom(count);
  readPlanes(reader, words);
  if (kind === WHOLE) {
    getWhole(words, order, to, place, 10 ** decimals);
    return;
  }
  if (order > 0) signsFirst(words);
  for (let left = order; left > 0; left--) sum(words);
  if (kind === FLOATS) getFloats(words, to, place);
  else if (kind === DOUBLES) getDoubles(words, to, place);
  else throw new RangeError(`no numbers are packed in the way ${kind}`);
}

/** Sets words to the differences of an order; called with 0, 1 and so on. What is counted has signs, differences or not. */
type SetOrder = (to: Words, order: number) => void;

function wholeOrders({ whole, most }: ScaledNumbers): SetOrder {
  const direct = most <= MOST_DIRECT;
  return (to, order) => setWhole(to, whole, order, direct);
}

/** Bits of a number have no sign, their differences have. */
function bitOrders(kind: number, numbers: Float64Array): SetOrder {
  const bits = bitsRoom(numbers.length);
  if (kind === FLOATS) setFloats(bits, numbers);
  else setDoubles(bits, numbers);
  return (to, order) => {
    if (order === 0) {
      to.low.set(bits.low);
      to.high.set(bits.high);
    } else {
      differ(bits);
      setSignsLast(to, bits);
    }
  };
}

interface ScaledNumbers {
  /** The numbers times ten to the power of `decimals`. */
  readonly whole: Float64Array;
  readonly decimals: number;
  /** None is further from 0. */
  readonly most: number;
}

/** With as few decimals as make all of them whole and come back exactly; null if none do. */
function scaledToWhole(numbers: Float64Array): ScaledNumbers | null {
  if (wholeRoom.length !== numbers.length) wholeRoom = new Float64Array(numbers.length);
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
    const most = setScaled(wholeRoom, numbers, 10 ** decimals);
    if (most !== null) return { whole: wholeRoom, decimals, most };
  }
  return null;
}

/** @returns how far from 0 they are at most; null where one is not whole or does not come back exactly */
function setScaled(whole: Float64Array, numbers: Float64Array, scale: number): number | null {
  const limit = scale === 1 ? Number.MAX_SAFE_INTEGER : MOST_WHOLE;
  let most = 0;
  // A number of unlike ones decides soonest, and columns mostly end unlike they begin.
  for (let index = numbers.length - 1; index >= 0; index--) {
    const number = numbers[index]!;
    const product = scale === 1 ? number : Math.round(number * scale);
    most = Math.max(most, Math.abs(product));
    const exact = Number.isInteger(product) && most <= limit && (scale === 1 || product / scale === number);
    if (!exact || Object.is(product, -0)) return null;
    whole[index] = product;
  }
  return most;
}

function areFloats(numbers: Float64Array): boolean {
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index]!;
    if (Math.fround(number) !== number && !Number.isNaN(number)) return false;
  }
  return true;
}
