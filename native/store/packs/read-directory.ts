import fs from 'node:fs';
import { blake3 } from '@napi-rs/blake-hash';
import {
  decodeDirectory,
  decodeTail,
  PACK_HEAD,
  type PackBlock,
  packName,
  TAIL_BYTES,
} from './pack-format.ts';

/**
 * The directory of a pack, from its end.
 *
 * @returns what is wrong with the pack, in words, where it is damaged
 */
export function readDirectory(
  packPath: string,
):
  | { readonly blocks: PackBlock[]; readonly name: string; readonly sizeBytes: number }
  | { readonly damage: string } {
  const fd = fs.openSync(packPath, 'r');
  try {
    const sizeBytes = fs.fstatSync(fd).size;
    if (sizeBytes < PACK_HEAD.length + TAIL_BYTES) return { damage: 'it is too short' };
    const tail = decodeTail(readAt(fd, sizeBytes - TAIL_BYTES, TAIL_BYTES));
    if (!tail) return { damage: 'its end is not that of a pack' };
    const directoryAt = sizeBytes - TAIL_BYTES - tail.directoryBytes;
    if (directoryAt < PACK_HEAD.length) return { damage: 'its directory is longer than the pack' };
    const directory = readAt(fd, directoryAt, tail.directoryBytes);
    if (!blake3(directory).equals(tail.digest)) return { damage: 'its directory is not as it was written' };
    return { blocks: decodeDirectory(directory), name: packName(tail.digest), sizeBytes };
  } finally {
    fs.closeSync(fd);
  }
}

/** Fewer bytes where the file ends. */
export function readAt(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(length);
  return buffer.subarray(0, readInto(fd, position, buffer));
}

/** Fill a buffer from a place of a file. @returns how many bytes there were */
export function readInto(fd: number, position: number, buffer: Uint8Array): number {
  let filled = 0;
  while (filled < buffer.length) {
    const bytes = fs.readSync(fd, buffer, filled, buffer.length - filled, position + filled);
    if (bytes === 0) break;
    filled += bytes;
  }
  return filled;
}
