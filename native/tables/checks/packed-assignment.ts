import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { PackedAssignment } from '../../../app/kernel/ports/data-checks.ts';

/** Layout: a version byte, the bits that a row takes (1, 2, 4 or 8), the number of rows as 8 bytes, then zstd of the packed rows. */
const VERSION = 1;
const HEADER_BYTES = 10;
const LEVEL = 3;

/** @param assignment the place of each row's part, below `parts` */
export function packAssignment(assignment: Uint8Array, parts: number): PackedAssignment {
  const bits = [1, 2, 4, 8].find((each) => 2 ** each >= parts)!;
  const perByte = 8 / bits;
  const packed = new Uint8Array(Math.ceil(assignment.length / perByte));
  for (let row = 0; row < assignment.length; row++) {
    packed[Math.floor(row / perByte)]! |= assignment[row]! << ((row % perByte) * bits);
  }
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint8(0, VERSION);
  header.setUint8(1, bits);
  header.setBigUint64(2, BigInt(assignment.length), true);
  return Buffer.concat([new Uint8Array(header.buffer), zstdCompressSync(packed, { params: { 100: LEVEL } })]);
}

/** @throws AppError STORAGE_FAILED for bytes that are no assignment */
export function unpackAssignment(bytes: PackedAssignment): Uint8Array {
  try {
    const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
    if (header.getUint8(0) !== VERSION) throw new Error(`version ${header.getUint8(0)}`);
    const bits = header.getUint8(1);
    const perByte = 8 / bits;
    const assignment = new Uint8Array(Number(header.getBigUint64(2, true)));
    const packed = zstdDecompressSync(bytes.subarray(HEADER_BYTES));
    if (packed.length !== Math.ceil(assignment.length / perByte)) throw new Error(`${packed.length} bytes`);
    const mask = 2 ** bits - 1;
    for (let row = 0; row < assignment.length; row++) {
      assignment[row] = (packed[Math.floor(row / perByte)]! >> ((row % perByte) * bits)) & mask;
    }
    return assignment;
  } catch (cause) {
    throw new AppError('STORAGE_FAILED', 'A split of this version is damaged.', {
      nextStep: 'Restore lathe.db from a backup; the data itself is not concerned.',
      cause,
    });
  }
}
