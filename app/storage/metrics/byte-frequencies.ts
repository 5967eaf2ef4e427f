import { ByteReader, ByteWriter } from './byte-stream.ts';
import { ALL, FREQUENCY_BITS, readOwners, setShares, writeTable } from './frequency-table.ts';

/*
 * Bytes coded by their frequency (range asymmetric numeral systems): one that is half of all takes one bit. The state is
 * a number below 2³¹, from which a byte is moved out whenever it would grow larger. Each state waits for the one before
 * it, so two planes that are coded at the same time take no longer than one.
 */
const LEAST_STATE = 1 << 23;
/** Of a state that has room for one more byte of frequency 1. */
const ROOM = (LEAST_STATE >> FREQUENCY_BITS) << 8;

/** A state times it is never rounded to less than it should be, and never reaches the next whole number. */
const ABOVE_ONE = 1 + 2 ** -40;

/** Codes one plane at a time; its tables and its room are used again. */
export class PlaneEncoder {
  readonly frequencies = new Uint16Array(256);
  readonly starts = new Uint16Array(256);
  readonly others = new Uint16Array(256);
  readonly reciprocals = new Float64Array(256);
  /** Filled from its end. */
  room = new Uint8Array(0);
  half: Int32Array = new Int32Array(0);
  shift = 0;
  at = 0;
  state = LEAST_STATE;
  readonly #writer = new ByteWriter(4096);

  /**
   * @param half words of which the bytes that begin at bit `shift` are coded; there is at least one
   * @param counts how often each byte is among them
   */
  prepare(half: Int32Array, shift: number, counts: Uint32Array): void {
    setShares(this.frequencies, counts, half.length);
    let start = 0;
    for (let byte = 0; byte < 256; byte++) {
      const frequency = this.frequencies[byte]!;
      if (frequency === 0) continue;
      this.starts[byte] = start;
      this.others[byte] = ALL - frequency;
      this.reciprocals[byte] = ABOVE_ONE / frequency;
      start += frequency;
    }
    if (this.room.length !== half.length * 2 + 8) this.room = new Uint8Array(half.length * 2 + 8);
    [this.half, this.shift] = [half, shift];
  }

  /** What `encodeBoth` made of the plane; it stays until the next one is asked for. */
  bytes(): Uint8Array {
    this.#writer.clear();
    writeTable(this.#writer, this.frequencies);
    this.#writer.varint(this.state);
    this.#writer.sized(this.room.subarray(this.at));
    return this.#writer.bytes();
  }
}

/** Two planes of equal length; a single one is coded beside itself. */
export function encodeBoth(one: PlaneEncoder, other: PlaneEncoder): void {
  const { half: halfA, shift: shiftA, frequencies: sharesA, starts: startsA } = one;
  const { half: halfB, shift: shiftB, frequencies: sharesB, starts: startsB } = other;
  const { others: othersA, reciprocals: partsA } = one;
  const { others: othersB, reciprocals: partsB } = other;
  const [roomA, roomB] = [one.room, other.room];
  let [atA, atB] = [roomA.length, roomB.length];
  let [stateA, stateB] = [LEAST_STATE, LEAST_STATE];
  for (let index = halfA.length - 1; index >= 0; index--) {
    const byteA = (halfA[index]! >>> shiftA) & 255;
    const byteB = (halfB[index]! >>> shiftB) & 255;
    const limitA = ROOM * sharesA[byteA]!;
    const limitB = ROOM * sharesB[byteB]!;
    while (stateA >= limitA) {
      roomA[--atA] = stateA;
      stateA >>= 8;
    }
    while (stateB >= limitB) {
      roomB[--atB] = stateB;
      stateB >>= 8;
    }
    // The quotient by the frequency comes above FREQUENCY_BITS, the remainder below.
    const quotientA = (stateA * partsA[byteA]!) | 0;
    const quotientB = (stateB * partsB[byteB]!) | 0;
    stateA = (stateA + startsA[byteA]! + Math.imul(quotientA, othersA[byteA]!)) | 0;
    stateB = (stateB + startsB[byteB]! + Math.imul(quotientB, othersB[byteB]!)) | 0;
  }
  [one.at, one.state] = [atA, stateA];
  [other.at, other.state] = [atB, stateB];
}

/** Reads one plane at a time; its table is used again. */
export class PlaneDecoder {
  readonly owners = new Int32Array(ALL);
  rest: Uint8Array = new Uint8Array(0);
  half: Int32Array = new Int32Array(0);
  shift = 0;
  state = 0;

  /**
   * @param coded what `PlaneEncoder` made
   * @param half words whose bits from `shift` on are zero and become the bytes of the plane
   * @throws RangeError
   */
  prepare(coded: Uint8Array, half: Int32Array, shift: number): void {
    const reader = new ByteReader(coded);
    readOwners(this.owners, reader);
    this.state = reader.varint();
    this.rest = reader.sized();
    [this.half, this.shift] = [half, shift];
  }
}

/**
 * Two planes of equal length; a single one is read beside itself.
 *
 * @throws RangeError unless both end where they should
 */
export function decodeBoth(one: PlaneDecoder, other: PlaneDecoder): void {
  const { owners: ownersA, rest: restA, half: halfA, shift: shiftA } = one;
  const { owners: ownersB, rest: restB, half: halfB, shift: shiftB } = other;
  let [stateA, stateB] = [one.state, other.state];
  let [atA, atB] = [0, 0];
  for (let index = 0; index < halfA.length; index++) {
    const slotA = stateA & (ALL - 1);
    const slotB = stateB & (ALL - 1);
    const ownerA = ownersA[slotA]!;
    const ownerB = ownersB[slotB]!;
    halfA[index]! |= (ownerA & 255) << shiftA;
    halfB[index]! |= (ownerB & 255) << shiftB;
    stateA = (Math.imul(ownerA >>> 20, stateA >> FREQUENCY_BITS) + slotA - ((ownerA >>> 8) & (ALL - 1))) | 0;
    stateB = (Math.imul(ownerB >>> 20, stateB >> FREQUENCY_BITS) + slotB - ((ownerB >>> 8) & (ALL - 1))) | 0;
    while (stateA < LEAST_STATE && atA < restA.length) stateA = (stateA << 8) | restA[atA++]!;
    while (stateB < LEAST_STATE && atB < restB.length) stateB = (stateB << 8) | restB[atB++]!;
  }
  const isEnd =
    stateA === LEAST_STATE && atA === restA.length && stateB === LEAST_STATE && atB === restB.length;
  if (!isEnd) throw new RangeError('coded bytes end at a wrong place');
}
