import { LZ4_HEAD_BYTES, lz4Head, unpackBlock } from './lz4-frame.ts';

/** A block may copy from so many bytes before it. */
const WINDOW_BYTES = 64 * 1024;

/**
 * Unpack an LZ4 frame block by block, so that no more than a block of it is in memory.
 *
 * @param take the next bytes of the frame, as many as are asked for
 * @returns pieces that are good until the next one is asked for
 * @throws Error for damaged frames
 */
export async function* lz4Pieces(take: (length: number) => Promise<Buffer>): AsyncGenerator<Buffer> {
  const { blockBytes, restBytes, checksumBytes } = lz4Head(await take(LZ4_HEAD_BYTES));
  await take(restBytes);
  const output = Buffer.alloc(WINDOW_BYTES + blockBytes);
  let filled = 0;
  while (true) {
    const word = (await take(4)).readUInt32LE();
    if (word === 0) return;
    const length = word & 0x7fffffff;
    if (length > blockBytes) throw new Error('an LZ4 block is too large');
    const block = await take(length + checksumBytes);
    const kept = Math.min(filled, WINDOW_BYTES);
    output.copyWithin(0, filled - kept, filled);
    if (word >>> 31) filled = kept + block.copy(output, kept, 0, length);
    else filled = unpackBlock(block.subarray(0, length), output, kept, kept + blockBytes);
    yield output.subarray(kept, filled);
  }
}
