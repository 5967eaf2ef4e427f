/**
 * Whole numbers of 64 bits, each in two halves of 32; negative ones in two's complement. All that is done to them is done
 * in place: a chunk is some thousand numbers, and making room for them takes as long as coding them.
 */
export interface Words {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** A place for words that is used again and again; what was in it is lost when it is asked for. */
export type WordRoom = (length: number) => Words;

/** Nearly all chunks are equally long, so the last room mostly fits. */
export function createWordRoom(): WordRoom {
  let room: Words = { low: new Int32Array(0), high: new Int32Array(0) };
  return (length) => {
    if (room.low.length !== length) room = { low: new Int32Array(length), high: new Int32Array(length) };
    return room;
  };
}

/** Where the bits of one number come together. */
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);
const double = new Float64Array(1);
const doubleBits = new Int32Array(double.buffer);

/** The bits of numbers in single precision. */
export function setFloats({ low, high }: Words, numbers: Float64Array): void {
  for (let index = 0; index < low.length; index++) {
    single[0] = numbers[index]!;
    low[index] = singleBits[0]!;
  }
  high.fill(0);
}

export function getFloats({ low }: Words, to: Float64Array, place: number): void {
  for (let index = 0; index < low.length; index++) {
    singleBits[0] = low[index]!;
    to[place + index] = single[0]!;
  }
}

/** The bits of doubles. */
export function setDoubles({ low, high }: Words, numbers: Float64Array): void {
  for (let index = 0; index < low.length; index++) {
    double[0] = numbers[index]!;
    low[index] = doubleBits[0]!;
    high[index] = doubleBits[1]!;
  }
}

export function getDoubles({ low, high }: Words, to: Float64Array, place: number): void {
  for (let index = 0; index < low.length; index++) {
    doubleBits[0] = low[index]!;
    doubleBits[1] = high[index]!;
    to[place + index] = double[0]!;
  }
}

/** Each becomes its difference from the one before it; the first from 0. Nothing is lost: what overflows comes back in `sum`. */
export function differ({ low, high }: Words): void {
  let beforeLow = 0;
  let beforeHigh = 0;
  for (let index = 0; index < low.length; index++) {
    const itsLow = low[index]!;
    const itsHigh = high[index]!;
    low[index] = itsLow - beforeLow;
    high[index] = itsHigh - beforeHigh - (itsLow >>> 0 < beforeLow >>> 0 ? 1 : 0);
    beforeLow = itsLow;
    beforeHigh = itsHigh;
  }
}

/** What `differ` came from. */
export function sum({ low, high }: Words): void {
  let sumLow = 0;
  let sumHigh = 0;
  for (let index = 0; index < low.length; index++) {
    const itsLow = low[index]!;
    sumLow = (sumLow + itsLow) | 0;
    sumHigh = (sumHigh + high[index]! + (sumLow >>> 0 < itsLow >>> 0 ? 1 : 0)) | 0;
    low[index] = sumLow;
    high[index] = sumHigh;
  }
}

/** With the sign in the lowest bit, so that small numbers of both signs have zeros above. */
export function setSignsLast(to: Words, { low, high }: Words): void {
  for (let index = 0; index < low.length; index++) {
    const itsLow = low[index]!;
    const itsHigh = high[index]!;
    const sign = itsHigh >> 31;
    to.low[index] = (itsLow << 1) ^ sign;
    to.high[index] = ((itsHigh << 1) | (itsLow >>> 31)) ^ sign;
  }
}

/** What `setSignsLast` came from. */
export function signsFirst({ low, high }: Words): void {
  for (let index = 0; index < low.length; index++) {
    const itsLow = low[index]!;
    const itsHigh = high[index]!;
    const sign = -(itsLow & 1);
    low[index] = ((itsLow >>> 1) | (itsHigh << 31)) ^ sign;
    high[index] = (itsHigh >>> 1) ^ sign;
  }
}
