/** Whole numbers of 64 bits, each in two halves of 32; negative ones in two's complement. */
export interface Words {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

const HALF = 2 ** 32;

export function wordsOfLength(length: number): Words {
  return { low: new Int32Array(length), high: new Int32Array(length) };
}

/** @param numbers whole numbers that JavaScript holds exactly */
export function wholeWords(numbers: Float64Array): Words {
  const words = wordsOfLength(numbers.length);
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index]!;
    words.low[index] = number;
    words.high[index] = Math.floor(number / HALF);
  }
  return words;
}

export function wholeNumbers({ low, high }: Words): Float64Array {
  const numbers = new Float64Array(low.length);
  for (let index = 0; index < numbers.length; index++)
    numbers[index] = high[index]! * HALF + (low[index]! >>> 0);
  return numbers;
}

/** The bits of numbers in single precision. */
export function floatWords(numbers: Float64Array): Words {
  return { low: new Int32Array(Float32Array.from(numbers).buffer), high: new Int32Array(numbers.length) };
}

export function floatNumbers({ low }: Words): Float64Array {
  return Float64Array.from(new Float32Array(low.buffer, low.byteOffset, low.length));
}

/** The bits of doubles. */
export function doubleWords(numbers: Float64Array): Words {
  const bits = new Int32Array(numbers.slice().buffer);
  const words = wordsOfLength(numbers.length);
  for (let index = 0; index < numbers.length; index++) {
    words.low[index] = bits[2 * index]!;
    words.high[index] = bits[2 * index + 1]!;
  }
  return words;
}

export function doubleNumbers({ low, high }: Words): Float64Array {
  const bits = new Int32Array(2 * low.length);
  for (let index = 0; index < low.length; index++) {
    bits[2 * index] = low[index]!;
    bits[2 * index + 1] = high[index]!;
  }
  return new Float64Array(bits.buffer);
}

/** How each differs from the one before it; the first from 0. Nothing is lost: what overflows comes back in `sums`. */
export function differences({ low, high }: Words): Words {
  const changed = wordsOfLength(low.length);
  let beforeLow = 0;
  let beforeHigh = 0;
  for (let index = 0; index < low.length; index++) {
    const itsLow = low[index]!;
    const itsHigh = high[index]!;
    changed.low[index] = (itsLow - beforeLow) | 0;
    changed.high[index] = (itsHigh - beforeHigh - below(itsLow, beforeLow)) | 0;
    beforeLow = itsLow;
    beforeHigh = itsHigh;
  }
  return changed;
}

/** What `differences` came from. */
export function sums({ low, high }: Words): Words {
  const summed = wordsOfLength(low.length);
  let sumLow = 0;
  let sumHigh = 0;
  for (let index = 0; index < low.length; index++) {
    sumLow = (sumLow + low[index]!) | 0;
    sumHigh = (sumHigh + high[index]! + below(sumLow, low[index]!)) | 0;
    summed.low[index] = sumLow;
    summed.high[index] = sumHigh;
  }
  return summed;
}

/** 1 where `a` is less than `b`, both taken as numbers without a sign. */
const below = (a: number, b: number): number => ((a ^ (1 << 31)) < (b ^ (1 << 31)) ? 1 : 0);

/** With the sign in the lowest bit, so that small numbers of both signs have zeros above. */
export function signsLast({ low, high }: Words): Words {
  const words = wordsOfLength(low.length);
  for (let index = 0; index < low.length; index++) {
    const sign = high[index]! >> 31;
    words.low[index] = (low[index]! << 1) ^ sign;
    words.high[index] = ((high[index]! << 1) | (low[index]! >>> 31)) ^ sign;
  }
  return words;
}

/** What `signsLast` came from. */
export function signsFirst({ low, high }: Words): Words {
  const words = wordsOfLength(low.length);
  for (let index = 0; index < low.length; index++) {
    const sign = -(low[index]! & 1);
    words.low[index] = ((low[index]! >>> 1) | (high[index]! << 31)) ^ sign;
    words.high[index] = (high[index]! >>> 1) ^ sign;
  }
  return words;
}
