import { ByteReader, ByteWriter } from './byte-stream.ts';

/*
 * Bytes coded by their frequency (range asymmetric numeral systems): one that is half of all takes one bit. The state is
 * a number below 2³¹, from which a byte is moved out whenever it would grow larger.
 */
const FREQUENCY_BITS = 12;
const ALL = 1 << FREQUENCY_BITS;
const LEAST_STATE = 1 << 23;
/** Of a state that has room for one more byte of frequency 1. */
const ROOM = (LEAST_STATE >> FREQUENCY_BITS) << 8;

/** What coding these bytes takes, in bytes, without the table of their frequencies. */
export function codedBytes(counts: Uint32Array, total: number): number {
  let bits = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte]!;
    if (count > 0) bits += count * Math.log2(total / count);
  }
  return bits / 8;
}

/** @param counts how often each byte is among `bytes`, which are not empty */
export function codeByFrequency(bytes: Uint8Array, counts: Uint32Array): Uint8Array {
  const frequencies = sharesOf(counts, bytes.length);
  const starts = startsOf(frequencies);
  const room = new Uint8Array(bytes.length * 2 + 8);
  let at = room.length;
  let state = LEAST_STATE;
  for (let index = bytes.length - 1; index >= 0; index--) {
    const byte = bytes[index]!;
    const frequency = frequencies[byte]!;
    while (state >= ROOM * frequency) {
      room[--at] = state;
      state >>= 8;
    }
    const share = (state / frequency) | 0;
    state = ((share << FREQUENCY_BITS) + state - Math.imul(share, frequency) + starts[byte]!) | 0;
  }
  const writer = new ByteWriter(room.length);
  writeTable(writer, frequencies);
  writer.varint(state);
  writer.sized(room.subarray(at));
  return writer.bytes();
}

/** @throws RangeError unless they are coded as `codeByFrequency` does */
export function decodeByFrequency(coded: Uint8Array, count: number): Uint8Array {
  const reader = new ByteReader(coded);
  const frequencies = readTable(reader);
  const owners = ownersOf(frequencies);
  let state = reader.varint();
  const rest = reader.sized();
  const bytes = new Uint8Array(count);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const slot = state & (ALL - 1);
    const owner = owners[slot]!;
    bytes[index] = owner;
    state = (Math.imul(owner >>> 20, state >> FREQUENCY_BITS) + ((owner >>> 8) & (ALL - 1))) | 0;
    while (state < LEAST_STATE && at < rest.length) state = (state << 8) | rest[at++]!;
  }
  if (state !== LEAST_STATE || at !== rest.length) throw new RangeError('coded bytes end at a wrong place');
  return bytes;
}

/** Frequencies that add up to ALL; what occurs has at least 1. */
function sharesOf(counts: Uint32Array, total: number): Uint16Array {
  const shares = new Uint16Array(256);
  let missing = ALL;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte]!;
    if (count > 0) shares[byte] = Math.max(1, Math.floor((count * ALL) / total));
    missing -= shares[byte]!;
  }
  while (missing !== 0) {
    const change = missing > 0 ? missing : -1;
    shares[indexOfMost(shares)]! += change;
    missing -= change;
  }
  return shares;
}

function indexOfMost(shares: Uint16Array): number {
  let most = 0;
  for (let byte = 1; byte < 256; byte++) if (shares[byte]! > shares[most]!) most = byte;
  return most;
}

function startsOf(frequencies: Uint16Array): Uint16Array {
  const starts = new Uint16Array(256);
  for (let byte = 1; byte < 256; byte++) starts[byte] = starts[byte - 1]! + frequencies[byte - 1]!;
  return starts;
}

/** What each slot says: the byte in the lowest 8 bits, above them how far it is from the byte's first slot, then the frequency. */
function ownersOf(frequencies: Uint16Array): Int32Array {
  const owners = new Int32Array(ALL);
  let slot = 0;
  for (let byte = 0; byte < 256; byte++) {
    const frequency = frequencies[byte]!;
    for (let offset = 0; offset < frequency; offset++)
      owners[slot++] = (frequency << 20) | (offset << 8) | byte;
  }
  return owners;
}

/** For each byte that occurs how many before it do not, and its frequency. */
function writeTable(writer: ByteWriter, frequencies: Uint16Array): void {
  let present = 0;
  for (let byte = 0; byte < 256; byte++) if (frequencies[byte]! > 0) present += 1;
  writer.varint(present);
  let absent = 0;
  for (let byte = 0; byte < 256; byte++) {
    const frequency = frequencies[byte]!;
    if (frequency === 0) {
      absent += 1;
      continue;
    }
    // Nearly always none are absent and the frequency is small: one byte for both.
    writer.varint(frequency * 2 + (absent > 0 ? 1 : 0));
    if (absent > 0) writer.varint(absent);
    absent = 0;
  }
}

function readTable(reader: ByteReader): Uint16Array {
  const frequencies = new Uint16Array(256);
  let byte = 0;
  let sum = 0;
  for (let left = reader.varint(); left > 0; left--) {
    const coded = reader.varint();
    if (coded % 2 === 1) byte += reader.varint();
    const frequency = coded >>> 1;
    if (byte > 255) throw new RangeError('a table of frequencies is too long');
    frequencies[byte++] = frequency;
    sum += frequency;
  }
  if (sum !== ALL) throw new RangeError('frequencies do not add up');
  return frequencies;
}
