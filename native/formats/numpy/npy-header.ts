import { damaged } from '../files/damaged.ts';
import type { FileBytes } from '../files/file-bytes.ts';
import { readLiteral } from './python-literal.ts';

export interface NpyHeader {
  /** As NumPy writes it: byte order, kind, size: `<f4`, `|u1`, `>i8`, `<U12`, `<M8[ns]`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin in the file. */
  readonly dataOffset: number;
  /** Of one value. */
  readonly itemBytes: number;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** NumPy itself refuses longer headers, which only records with thousands of fields have. */
const MOST_HEADER_BYTES = 64 * 1024;

/**
 * Read the header of an `.npy` file, versions 1 to 3 (NEP 1). Nothing of it is evaluated: the header is a Python dictionary, which
 * is read as data. Arrays of Python objects would need pickle, which runs programs; they are refused.
 *
 * @param name of the file or of the member of an archive, for messages
 * @throws AppError DATA_MALFORMED
 */
export async function readNpyHeader(bytes: FileBytes, name: string): Promise<NpyHeader> {
  const start = await bytes.head(0, 12);
  if (start.length < 10 || !start.subarray(0, 6).equals(MAGIC)) {
    throw damaged(name, 0, 'this is not a NumPy array: the first bytes are not "\\x93NUMPY"');
  }
  const [major] = [start[6]!];
  if (major < 1 || major > 3) throw damaged(name, 6, `version ${major} of the form is not known`);
  const lengthAt = 8;
  const prefix = major === 1 ? 10 : 12;
  if (start.length < prefix) throw damaged(name, lengthAt, 'the file ends inside its header');
  const length = major === 1 ? start.readUInt16LE(lengthAt) : start.readUInt32LE(lengthAt);
  if (length > MOST_HEADER_BYTES) throw damaged(name, lengthAt, `a header of ${length} bytes is too long`);
  const text = (await bytes.read(prefix, length)).toString(major === 3 ? 'utf8' : 'latin1');
  const literal = readLiteral(text);
  if (literal === undefined || literal === null || typeof literal !== 'object' || Array.isArray(literal)) {
    throw damaged(name, prefix, 'the header is not a dictionary');
  }
  const { descr, fortran_order: fortranOrder, shape } = literal as Record<string, unknown>;
  if (Array.isArray(descr)) {
    throw damaged(
      name,
      prefix,
      'it holds records with fields of their own',
      'Save each field as an array of its own: np.savez(path, **{n: a[n] for n in a.dtype.names}).',
    );
  }
  if (typeof descr !== 'string' || typeof fortranOrder !== 'boolean' || !isShape(shape)) {
    throw damaged(name, prefix, 'the header lacks "descr", "fortran_order" or "shape"');
  }
  const itemBytes = itemSize(descr, name, prefix);
  const sizeBytes = shape.reduce((product, length) => product * length, itemBytes);
  const dataOffset = prefix + length;
  if (!Number.isSafeInteger(sizeBytes) || dataOffset + sizeBytes > bytes.sizeBytes) {
    throw damaged(
      name,
      bytes.sizeBytes,
      `the file ends early: an array of (${shape.join(', ')}) ${descr} needs ${sizeBytes} bytes from byte ${dataOffset} on`,
    );
  }
  return { descr, fortranOrder, shape, dataOffset, itemBytes };
}

function isShape(shape: unknown): shape is readonly number[] {
  return (
    Array.isArray(shape) &&
    shape.length <= 32 &&
    shape.every((length) => Number.isSafeInteger(length) && length >= 0)
  );
}

const SIZES: Readonly<Record<string, readonly number[]>> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8],
};

function itemSize(descr: string, name: string, place: number): number {
  const match = /^([<>|=])([a-zA-Z])(\d{0,9})(\[(?:\d{0,6})(?:Y|M|W|D|h|m|s|ms|us|ns)\])?$/.exec(descr);
  const [, , kind, digits, unit] = match ?? [];
  const size = Number(digits);
  if (kind === 'O') {
    throw damaged(
      name,
      place,
      'it holds Python objects, which only a program (pickle) can read',
      'Save numbers or texts: array.astype(float) or array.astype(str), and np.save(..., allow_pickle=False).',
    );
  }
  if (kind && SIZES[kind]?.includes(size) && !unit) return size;
  if (kind === 'S' && !unit && size >= 1) return size;
  if (kind === 'U' && !unit && size >= 1) return size * 4;
  if ((kind === 'M' || kind === 'm') && size === 8 && unit) return 8;
  throw damaged(
    name,
    place,
    `values of the type "${descr}" have no place in a table`,
    'Save them as numbers of at most 64 bits, texts, booleans or times.',
  );
}
