/** Records of 32-bit words one after the other: a row's number, then the words of its key (the most significant first), then others. */
export interface Records {
  readonly words: Uint32Array;
  /** Words of one record. */
  readonly width: number;
  readonly keyWords: number;
  readonly count: number;
}

const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;
/** Two digits: among some hundred thousand keys few are alike in these. */
const SORTED_BITS = 2 * DIGIT_BITS;

/**
 * The records' places in the order of their keys, found by radix over leading bits of the key and by comparing where these are equal.
 *
 * @param skippedBits so many leading bits of all keys are the same
 */
export function orderByKey(records: Records, skippedBits: number): Uint32Array {
  const { count } = records;
  let order = new Uint32Array(count);
  let digits = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    order[index] = index;
    digits[index] = bitsOfKey(records, index, skippedBits) >>> (32 - SORTED_BITS);
  }
  let nextOrder = new Uint32Array(count);
  let nextDigits = new Uint32Array(count);
  for (let shift = 0; shift < SORTED_BITS; shift += DIGIT_BITS) {
    const starts = startsOf(digits, shift);
    for (let index = 0; index < count; index++) {
      const digit = digits[index]!;
      const at = starts[(digit >>> shift) & (DIGITS - 1)]!++;
      nextOrder[at] = order[index]!;
      nextDigits[at] = digit;
    }
    [order, nextOrder] = [nextOrder, order];
    [digits, nextDigits] = [nextDigits, digits];
  }
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && digits[to] === digits[from]) to += 1;
    if (to - from > 1) settle(records, order.subarray(from, to));
    from = to;
  }
  return order;
}

/** Negative, 0 or positive, as the first record's key is less than, equal to or more than the second's. */
export function compareKeys({ words, width, keyWords }: Records, one: number, other: number): number {
  for (let word = 1; word <= keyWords; word++) {
    const difference = words[one * width + word]! - words[other * width + word]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What is alike in these bits is mostly alike altogether. */
function settle(records: Records, order: Uint32Array): void {
  const first = order[0]!;
  if (order.some((index) => compareKeys(records, first, index) !== 0)) {
    order.sort((one, other) => compareKeys(records, one, other));
  }
}

function startsOf(digits: Uint32Array, shift: number): Uint32Array {
  const starts = new Uint32Array(DIGITS + 1);
  for (const digit of digits) starts[((digit >>> shift) & (DIGITS - 1)) + 1]! += 1;
  for (let digit = 1; digit <= DIGITS; digit++) starts[digit]! += starts[digit - 1]!;
  return starts;
}

/** 32 bits of the key of a record, from one of its bits on; what lies behind its end is 0. */
export function bitsOfKey(
  { words, width, keyWords }: Omit<Records, 'count'>,
  index: number,
  from: number,
): number {
  const word = from >>> 5;
  const shift = from & 31;
  const at = index * width + 1 + word;
  const high = word < keyWords ? words[at]! << shift : 0;
  const low = shift > 0 && word + 1 < keyWords ? words[at + 1]! >>> (32 - shift) : 0;
  return (high | low) >>> 0;
}
