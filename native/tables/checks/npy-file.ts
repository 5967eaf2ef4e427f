import fs from 'node:fs';

const ALIGNMENT = 64;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];

/** A list of whole numbers (below 2⁵³, not negative) as NumPy's file of int64, version 1.0 of the format. */
export function npyBytes(values: ArrayLike<number>): Uint8Array {
  const head = `{'descr': '<i8', 'fortran_order': False, 'shape': (${values.length},), }`;
  const unpadded = MAGIC.length + 2 + head.length + 1;
  const padding = (ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT;
  const text = `${head}${' '.repeat(padding)}\n`;
  const start = MAGIC.length + 2 + text.length;
  const bytes = new Uint8Array(start + values.length * 8);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint16(MAGIC.length, text.length, true);
  bytes.set(Buffer.from(text, 'latin1'), MAGIC.length + 2);
  // Aligned: the head's length is a multiple of 64.
  const words = new Uint32Array(bytes.buffer, start);
  for (let index = 0; index < values.length; index++) {
    words[index * 2] = values[index]! >>> 0;
    words[index * 2 + 1] = Math.floor(values[index]! / 2 ** 32);
  }
  return bytes;
}

/** What `npyBytes` wrote. @throws Error for anything else */
export async function readNpy(file: string): Promise<number[]> {
  const bytes = await fs.promises.readFile(file);
  const headBytes = MAGIC.every((byte, index) => bytes[index] === byte)
    ? bytes.readUInt16LE(MAGIC.length)
    : -1;
  const start = MAGIC.length + 2 + headBytes;
  const head = bytes.toString('latin1', MAGIC.length + 2, start);
  const count = Number(/'descr': '<i8'.*'shape': \((\d+),\)/.exec(head)?.[1] ?? Number.NaN);
  if (bytes.length !== start + count * 8) throw new Error(`${file} is no list of whole numbers.`);
  return Array.from({ length: count }, (_, index) => Number(bytes.readBigInt64LE(start + index * 8)));
}
