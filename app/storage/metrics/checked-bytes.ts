import zlib from 'node:zlib';

/** Stored bytes that are not what was written: their checksum or their form is wrong. */
export class DamagedBytes extends Error {}

const PLAIN = 1;
const COMPRESSED = 2;
const HEADER_BYTES = 5;
/** Fewer bytes are not worth compressing. */
const LEAST_COMPRESSED = 512;
/** No body is nearly as long; a wrong length does not take all memory. */
const MOST_BYTES = 4 * 1024 * 1024;
const compression = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 3 } };

/** A body with its form (one byte) and its CRC-32 before it. */
export function checkedBytes(body: Uint8Array, compress: boolean): Uint8Array {
  const packed =
    compress && body.length >= LEAST_COMPRESSED ? zlib.zstdCompressSync(body, compression) : body;
  const smaller = packed.length < body.length;
  const kept = smaller ? packed : body;
  const bytes = new Uint8Array(HEADER_BYTES + kept.length);
  bytes[0] = smaller ? COMPRESSED : PLAIN;
  bytes.set(kept, HEADER_BYTES);
  new DataView(bytes.buffer).setUint32(1, checksum(bytes), true);
  return bytes;
}

/** @throws DamagedBytes */
export function openChecked(bytes: Uint8Array): Uint8Array {
  const form = bytes[0];
  if (bytes.length < HEADER_BYTES || (form !== PLAIN && form !== COMPRESSED))
    throw new DamagedBytes('their form is not known');
  const written = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true);
  if (written !== checksum(bytes)) throw new DamagedBytes('their checksum is wrong');
  // Not a part of a Buffer, whose own parts take longer to make.
  const kept = new Uint8Array(bytes.buffer, bytes.byteOffset + HEADER_BYTES, bytes.length - HEADER_BYTES);
  return form === PLAIN ? kept : zlib.zstdDecompressSync(kept, { maxOutputLength: MOST_BYTES });
}

/** Of the form and the body, which is everything but the checksum itself. */
const checksum = (bytes: Uint8Array) => zlib.crc32(bytes.subarray(HEADER_BYTES), bytes[0]);
