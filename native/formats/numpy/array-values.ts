import { damaged } from '../files/damaged.ts';
import type { TableValue, ValueType } from '../table/write-table.ts';
import type { NpyHeader } from './npy-header.ts';

const unsignedTypes: Readonly<Record<number, ValueType>> = {
  1: 'int32',
  2: 'int32',
  4: 'int64',
  8: 'double',
};

/** The kind of column that values of a NumPy type become. Whole numbers of more than 63 bits become doubles. */
export function valueTypeOf({ descr }: Pick<NpyHeader, 'descr'>): ValueType {
  switch (descr[1]) {
    case 'b':
      return 'boolean';
    case 'i':
      return descr.slice(2) === '8' ? 'int64' : 'int32';
    case 'u':
      return unsignedTypes[Number(descr.slice(2))]!;
    case 'f':
      return 'double';
    case 'M':
      return 'time';
    case 'm':
      return 'int64';
    default:
      return 'text';
  }
}

/** Reads the value that begins at a byte of a buffer. */
export type ReadValue = (bytes: Buffer, offset: number) => TableValue;

/** A reader of the values of one array. @param name for messages */
export function valueReader(header: Pick<NpyHeader, 'descr' | 'itemBytes'>, name: string): ReadValue {
  const { descr, itemBytes } = header;
  const big = descr[0] === '>';
  const kind = descr[1]!;
  switch (kind) {
    case 'b':
      return (bytes, offset) => bytes[offset] !== 0;
    case 'i':
      if (itemBytes === 8) return (bytes, at) => (big ? bytes.readBigInt64BE(at) : bytes.readBigInt64LE(at));
      return (bytes, at) => (big ? bytes.readIntBE(at, itemBytes) : bytes.readIntLE(at, itemBytes));
    case 'u':
      if (itemBytes === 8) {
        return (bytes, at) => Number(big ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at));
      }
      return (bytes, at) => (big ? bytes.readUIntBE(at, itemBytes) : bytes.readUIntLE(at, itemBytes));
    case 'f':
      if (itemBytes === 2)
        return (bytes, at) => halfFloat(big ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at));
      if (itemBytes === 4) return (bytes, at) => (big ? bytes.readFloatBE(at) : bytes.readFloatLE(at));
      return (bytes, at) => (big ? bytes.readDoubleBE(at) : bytes.readDoubleLE(at));
    case 'M':
      return timeReader(descr, big);
    case 'm':
      return (bytes, at) => {
        const value = big ? bytes.readBigInt64BE(at) : bytes.readBigInt64LE(at);
        return value === NOT_A_TIME ? null : value;
      };
    case 'U':
      return (bytes, at) => wideText(bytes, at, itemBytes, big, name);
    default:
      return (bytes, at) => narrowText(bytes, at, itemBytes);
  }
}

/** IEEE 754 binary16. */
export function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const NOT_A_TIME = -(2n ** 63n);
const MICROS: Readonly<Record<string, bigint>> = {
  W: 604_800_000_000n,
  D: 86_400_000_000n,
  h: 3_600_000_000n,
  m: 60_000_000n,
  s: 1_000_000n,
  ms: 1000n,
  us: 1n,
};
/** What a Parquet timestamp in microseconds holds and a calendar can show. */
const LATEST_MICROS = 253_402_300_799_999_999n;

function timeReader(descr: string, big: boolean): ReadValue {
  const [, digits, unit] = /\[(\d*)([A-Za-z]+)\]$/.exec(descr)!;
  const factor = digits === '' ? 1n : BigInt(digits!);
  return (bytes, at) => {
    const count = big ? bytes.readBigInt64BE(at) : bytes.readBigInt64LE(at);
    if (count === NOT_A_TIME) return null;
    const micros = unit === 'ns' ? (count * factor) / 1000n : microsOf(count * factor, unit!);
    return micros > LATEST_MICROS || micros < -LATEST_MICROS ? null : micros;
  };
}

function microsOf(count: bigint, unit: string): bigint {
  if (unit !== 'Y' && unit !== 'M') return count * MICROS[unit]!;
  const months = unit === 'Y' ? count * 12n : count;
  if (months > 96_000n || months < -96_000n) return LATEST_MICROS + 1n;
  return BigInt(Date.UTC(1970, Number(months), 1)) * 1000n;
}

function narrowText(bytes: Buffer, offset: number, itemBytes: number): string {
  let end = offset + itemBytes;
  while (end > offset && bytes[end - 1] === 0) end--;
  return bytes.toString('utf8', offset, end).replaceAll('\0', ' ');
}

function wideText(bytes: Buffer, offset: number, itemBytes: number, big: boolean, name: string): string {
  let text = '';
  let zeros = 0;
  for (let at = offset; at < offset + itemBytes; at += 4) {
    const code = big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    if (code === 0) zeros++;
    else {
      if (code > 0x10ffff) throw damaged(name, null, `${code} is no character`);
      // NumPy ends a text with zeros; those before a letter stand inside of it.
      text += ' '.repeat(zeros) + String.fromCodePoint(code);
      zeros = 0;
    }
  }
  return text;
}
