import type { ByteReader, ByteWriter } from './byte-stream.ts';

export const FREQUENCY_BITS = 12;
/** What the frequencies of all bytes add up to. */
export const ALL = 1 << FREQUENCY_BITS;

/** To fill fewer slots takes no less time than to set them one by one. */
const LEAST_FILLED = 64;

/** Logarithms take long, and nearly all chunks are equally long. */
let costs = new Float64Array(1);

/** What all occurrences of a byte among `total` take together, in bits, by how many they are. */
export function costsOf(total: number): Float64Array {
  if (costs.length === total + 1) return costs;
  costs = new Float64Array(total + 1);
  for (let count = 1; count <= total; count++) costs[count] = count * Math.log2(total / count);
  return costs;
}

/** Set frequencies that add up to ALL; what occurs has at least 1. */
export function setShares(shares: Uint16Array, counts: Uint32Array, total: number): void {
  let missing = ALL;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte]!;
    const share = count === 0 ? 0 : Math.max(1, Math.floor((count * ALL) / total));
    shares[byte] = share;
    missing -= share;
  }
  while (missing !== 0) {
    const change = missing > 0 ? missing : -1;
    shares[indexOfMost(shares)]! += change;
    missing -= change;
  }
}

function indexOfMost(shares: Uint16Array): number {
  let most = 0;
  for (let byte = 1; byte < 256; byte++) if (shares[byte]! > shares[most]!) most = byte;
  return most;
}

/** For each byte that occurs how many before it do not, and its frequency. */
export function writeTable(writer: ByteWriter, frequencies: Uint16Array): void {
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

/**
 * Set what each slot says: the byte in the lowest 8 bits, above them the byte's first slot, then its frequency.
 *
 * @param reader at what `writeTable` wrote
 * @throws RangeError
 */
export function readOwners(owners: Int32Array, reader: ByteReader): void {
  let byte = 0;
  let slot = 0;
  for (let left = reader.varint(); left > 0; left--) {
    const coded = reader.varint();
    if (coded % 2 === 1) byte += reader.varint();
    const frequency = coded >>> 1;
    if (byte > 255) throw new RangeError('a table of frequencies is too long');
    if (slot + frequency > ALL) throw new RangeError('frequencies do not add up');
    setOwner(owners, slot, frequency, byte);
    slot += frequency;
    byte += 1;
  }
  if (slot !== ALL) throw new RangeError('frequencies do not add up');
}

function setOwner(owners: Int32Array, slot: number, frequency: number, byte: number): void {
  const owner = (frequency << 20) | (slot << 8) | byte;
  if (frequency >= LEAST_FILLED) owners.fill(owner, slot, slot + frequency);
  else for (let at = slot; at < slot + frequency; at++) owners[at] = owner;
}
