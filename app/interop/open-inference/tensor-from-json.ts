import type { TensorType } from '../../contract/models.contract.ts';
import { type FloatType, type IntegerType, integerRange, type LongType, longRange } from './element-types.ts';
import { toHalf } from './half-float.ts';
import { badRequest } from './protocol-error.ts';

/**
 * The bytes of a tensor whose values came as JSON, flat or nested as its shape says.
 *
 * JSON has no NaN, infinities or integers above 2^53 that every reader keeps, so the strings of the protobuf JSON
 * mapping are taken too: "NaN", "Infinity" and "-Infinity" for floats, decimal digits for 64-bit integers.
 *
 * @param data `data` of the request, integers beyond 2^53 as BigInt (see exact-json.ts)
 * @param name the input, for messages
 * @throws ProtocolError 400 naming the input, the place, what was expected and what came
 */
export function tensorFromJson(
  data: unknown,
  datatype: TensorType,
  shape: readonly number[],
  name: string,
): Uint8Array {
  if (!Array.isArray(data)) throw badRequest(`Input "${name}": "data" must be a list, not ${shown(data)}.`);
  const count = shape.reduce((product, size) => product * size, 1);
  const values = data.some(Array.isArray) ? flattened(data, shape, name) : (data as unknown[]);
  if (values.length !== count) {
    throw badRequest(
      `Input "${name}": shape [${shape}] takes ${count} values, but "data" has ${values.length}.`,
    );
  }
  switch (datatype) {
    case 'BOOL':
      return bools(values, name);
    case 'BYTES':
      return texts(values, name);
    case 'UINT64':
    case 'INT64':
      return longs(values, datatype, name);
    case 'FP16':
    case 'FP32':
    case 'FP64':
      return floats(values, datatype, name);
    default:
      return integers(values, datatype, name);
  }
}

function flattened(data: readonly unknown[], shape: readonly number[], name: string): unknown[] {
  let level: readonly unknown[] = data;
  for (const [depth, size] of shape.entries()) {
    const next: unknown[] = [];
    if (depth === 0) {
      if (level.length !== size) throw notNested(name, shape, depth, level.length);
      if (shape.length === 1) return [...level];
      continue;
    }
    for (const row of level) {
      if (!Array.isArray(row)) throw notNested(name, shape, depth, 'a value where a list belongs');
      if (row.length !== size) throw notNested(name, shape, depth, row.length);
      for (const value of row) next.push(value);
    }
    level = next;
  }
  return level as unknown[];
}

function notNested(name: string, shape: readonly number[], depth: number, got: number | string) {
  const found = typeof got === 'number' ? `a list of ${got}` : got;
  return badRequest(
    `Input "${name}": nested "data" must follow shape [${shape}], but has ${found} at depth ${depth + 1}.`,
  );
}

function bools(values: readonly unknown[], name: string): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'boolean') throw misfit(name, index, 'true or false for BOOL', value);
    bytes[index] = value ? 1 : 0;
  }
  return bytes;
}

function texts(values: readonly unknown[], name: string): Uint8Array {
  const pieces: Buffer[] = [];
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'string') throw misfit(name, index, 'a string for BYTES', value);
    const content = Buffer.from(value, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(content.byteLength, 0);
    pieces.push(length, content);
  }
  return Buffer.concat(pieces);
}

const integerArrays = {
  UINT8: Uint8Array,
  INT8: Int8Array,
  UINT16: Uint16Array,
  INT16: Int16Array,
  UINT32: Uint32Array,
  INT32: Int32Array,
};

function integers(values: readonly unknown[], datatype: IntegerType, name: string): Uint8Array {
  const [least, most] = integerRange[datatype];
  const array = new integerArrays[datatype](values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw misfit(name, index, `an integer from ${least} to ${most} for ${datatype}`, value);
    }
    array[index] = value;
  }
  return new Uint8Array(array.buffer);
}

function longs(values: readonly unknown[], datatype: LongType, name: string): Uint8Array {
  const [least, most] = longRange[datatype];
  const array = datatype === 'INT64' ? new BigInt64Array(values.length) : new BigUint64Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = longOf(values[index]);
    if (value === undefined || value < least || value > most) {
      throw misfit(name, index, `an integer from ${least} to ${most} for ${datatype}`, values[index]);
    }
    array[index] = value;
  }
  return new Uint8Array(array.buffer);
}

function longOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

/** Above this a value rounds to infinity; the bound lies half a step beyond the largest finite value. */
const overflow: Readonly<Record<FloatType, number>> = {
  FP16: 65_520,
  FP32: 2 ** 128 - 2 ** 103,
  FP64: Number.POSITIVE_INFINITY,
};
const words = new Set(['NaN', 'Infinity', '-Infinity']);

function floats(values: readonly unknown[], datatype: FloatType, name: string): Uint8Array {
  const array = new { FP16: Uint16Array, FP32: Float32Array, FP64: Float64Array }[datatype](values.length);
  const bound = overflow[datatype];
  for (let index = 0; index < values.length; index++) {
    const given = values[index];
    const word = typeof given === 'string' && words.has(given);
    const value =
      typeof given === 'number' ? given : word || typeof given === 'bigint' ? Number(given) : undefined;
    if (value === undefined)
      throw misfit(name, index, `a number (or "NaN", "Infinity", "-Infinity") for ${datatype}`, given);
    if (!word && Math.abs(value) >= bound)
      throw misfit(name, index, `a number within the range of ${datatype}`, given);
    array[index] = datatype === 'FP16' ? toHalf(value) : value;
  }
  return new Uint8Array(array.buffer);
}

function misfit(name: string, index: number, expected: string, got: unknown) {
  return badRequest(`Input "${name}": value ${index} of "data" must be ${expected}, not ${shown(got)}.`);
}

/** A value as a message shows it: short, whatever came. */
export function shown(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return 'a list';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
