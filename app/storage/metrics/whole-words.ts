import { differ, setSignsLast, signsFirst, sum, type Words } from './number-words.ts';

/*
 * Whole numbers as words with their sign last, and back. Doubles are several times as quick as words of two halves, and
 * exact as long as nothing is beyond 2⁵³; where something may be, all is done with words.
 */
const HALF = 2 ** 32;
/** Numbers up to it have second differences, and twice those, that doubles hold exactly. */
export const MOST_DIRECT = 2 ** 50;

/**
 * @param order how often differences are taken, 0 to 2; the first number is a difference from 0
 * @param direct whether all numbers are up to MOST_DIRECT
 */
export function setWhole(to: Words, numbers: Float64Array, order: number, direct: boolean): void {
  if (direct) setDirectly(to, numbers, order);
  else {
    for (let index = 0; index < numbers.length; index++) setDouble(to, index, numbers[index]!);
    for (let left = order; left > 0; left--) differ(to);
    setSignsLast(to, to);
  }
}

function setDirectly(to: Words, numbers: Float64Array, order: number): void {
  const { low, high } = to;
  let previous = 0;
  let previousDelta = 0;
  for (let index = 0; index < low.length; index++) {
    const number = numbers[index]!;
    const delta = order === 0 ? number : number - previous;
    const change = order < 2 ? delta : delta - previousDelta;
    const unsigned = change < 0 ? -2 * change - 1 : 2 * change;
    low[index] = unsigned;
    high[index] = unsigned / HALF;
    previous = number;
    previousDelta = delta;
  }
}

function setDouble({ low, high }: Words, index: number, number: number): void {
  low[index] = number;
  high[index] = Math.floor(number / HALF);
}

/**
 * What `setWhole` came from, divided by a scale. The words are lost.
 *
 * @param to where the numbers come to stand, from `place` on
 */
export function getWhole(words: Words, order: number, to: Float64Array, place: number, scale: number): void {
  if (getDirectly(words, order, to, place, scale)) return;
  signsFirst(words);
  for (let left = order; left > 0; left--) sum(words);
  const { low, high } = words;
  for (let index = 0; index < low.length; index++)
    to[place + index] = (high[index]! * HALF + (low[index]! >>> 0)) / scale;
}

/** @returns false where something is beyond what doubles hold exactly */
function getDirectly(
  { low, high }: Words,
  order: number,
  to: Float64Array,
  place: number,
  scale: number,
): boolean {
  let number = 0;
  let delta = 0;
  let most = 0;
  for (let index = 0; index < low.length; index++) {
    const unsigned = (high[index]! >>> 0) * HALF + (low[index]! >>> 0);
    const change = (low[index]! & 1) === 0 ? unsigned / 2 : -(unsigned + 1) / 2;
    delta = order === 2 ? delta + change : change;
    number = order === 0 ? change : number + delta;
    most = Math.max(most, unsigned, Math.abs(delta));
    to[place + index] = scale === 1 ? number : number / scale;
  }
  return most <= Number.MAX_SAFE_INTEGER;
}
