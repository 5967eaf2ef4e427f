const MAGIC = 0x184d2204;
const BLOCK_BYTES: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };
/** Magic number, flags and size of blocks. */
export const LZ4_HEAD_BYTES = 6;

/**
 * Unpack an LZ4 frame (lz4_Frame_format 1.6), as Arrow files hold them. Checksums are passed over: the store has its own.
 *
 * @param mostBytes an error is thrown rather than more than these unpacked
 * @throws Error for damaged frames
 */
export function unpackLz4Frame(frame: Uint8Array, mostBytes: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const { blockBytes, restBytes, checksumBytes } = lz4Head(frame);
  let at = LZ4_HEAD_BYTES + restBytes;
  let output = new Uint8Array(0);
  let filled = 0;
  while (true) {
    if (at + 4 > frame.length) throw new Error('the LZ4 frame ends early');
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const length = word & 0x7fffffff;
    if (at + length > frame.length) throw new Error('the LZ4 frame ends early');
    const room = filled + blockBytes;
    if (room > mostBytes + blockBytes) throw new Error('the LZ4 frame unpacks to more than it says');
    if (output.length < room) {
      const larger = new Uint8Array(Math.max(room, Math.min(output.length * 2, mostBytes + blockBytes)));
      larger.set(output.subarray(0, filled));
      output = larger;
    }
    const block = frame.subarray(at, at + length);
    if (word >>> 31) {
      if (length > blockBytes) throw new Error('an LZ4 block is too large');
      output.set(block, filled);
      filled += length;
    } else {
      filled = unpackBlock(block, output, filled, room);
    }
    at += length + checksumBytes;
  }
  if (filled > mostBytes) throw new Error('the LZ4 frame unpacks to more than it says');
  return output.subarray(0, filled);
}

/** @throws Error for what is no LZ4 frame */
export function lz4Head(frame: Uint8Array) {
  const isFrame =
    frame.length >= LZ4_HEAD_BYTES &&
    new DataView(frame.buffer, frame.byteOffset).getUint32(0, true) === MAGIC;
  if (!isFrame) throw new Error('this is no LZ4 frame');
  const flags = frame[4]!;
  if (flags >> 6 !== 1) throw new Error('this LZ4 version is not known');
  const blockBytes = BLOCK_BYTES[(frame[5]! >> 4) & 7];
  if (blockBytes === undefined) throw new Error('the LZ4 block size is not known');
  const [hasSize, hasDictionary] = [flags & 0x08, flags & 0x01];
  return {
    blockBytes,
    /** Between the head's fixed part and the first block: size, dictionary, checksum. */
    restBytes: (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0) + 1,
    checksumBytes: flags & 0x10 ? 4 : 0,
  };
}

/** One block: literals and copies from what was unpacked before. Returns where the output now ends. */
export function unpackBlock(block: Uint8Array, output: Uint8Array, from: number, end: number): number {
  let at = 0;
  let to = from;
  const lengthAfter = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    while (true) {
      const byte = block[at++];
      if (byte === undefined) throw new Error('an LZ4 block ends early');
      length += byte;
      if (byte !== 255) return length;
    }
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = lengthAfter(token >> 4);
    if (at + literals > block.length || to + literals > end) throw new Error('an LZ4 block is damaged');
    output.set(block.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === block.length) return to;
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const length = lengthAfter(token & 15) + 4;
    if (distance === 0 || distance > to || to + length > end) throw new Error('an LZ4 block is damaged');
    // Byte by byte where the copy overlaps itself: that is how runs are written.
    if (distance >= length) output.copyWithin(to, to - distance, to - distance + length);
    else for (let index = 0; index < length; index++) output[to + index] = output[to + index - distance]!;
    to += length;
  }
  return to;
}
