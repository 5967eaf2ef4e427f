/**
 * A few words of WebAssembly, written as bytes (webassembly.github.io/spec/core/binary). Enough for loops over four
 * floats at a time, of which the optimisers are made, and over bytes, for the store's chunking: a loop in JavaScript takes
 * several times as long.
 */
type Code = readonly number[];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed numbers are written in another way than unsigned ones. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  while (true) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const vector = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (code: Code): number[] => [...unsigned(code.length), ...code];
const section = (id: number, items: readonly Code[]): number[] => [id, ...sized(vector(items))];
const named = (text: string): number[] => sized([...new TextEncoder().encode(text)]);
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const ALIGN_16_OFFSET_0 = [4, 0];

export const type = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number): Code => [0x21, ...unsigned(index)],
};

/** Whole numbers; operands come before their operation, as WebAssembly's stack wants. */
export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  /** One byte, as a number from 0 to 255. */
  loadByte: (address: Code, offset = 0): Code => [...address, 0x2d, 0, ...unsigned(offset)],
  load: (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    0x36,
    2,
    ...unsigned(offset),
  ],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  shiftLeft: (a: Code, b: Code): Code => [...a, ...b, 0x74],
  lessUnsigned: (a: Code, b: Code): Code => [...a, ...b, 0x49],
};

/** Run `body` if `condition` is not 0. */
export const when = (condition: Code, body: Code): Code => [...condition, 0x04, 0x40, ...body, 0x0b];

/** Run `body` at least once, and again while `condition` is not 0. */
export const repeatWhile = (condition: Code, body: Code): Code => [
  ...[0x03, 0x40],
  ...body,
  ...condition,
  ...[0x0d, 0, 0x0b],
];

/** Four floats at once; operands come before their operation, as WebAssembly's stack wants. */
export const f32x4 = {
  load: (address: Code): Code => [...address, ...simd(0x00), ...ALIGN_16_OFFSET_0],
  store: (address: Code, value: Code): Code => [...address, ...value, ...simd(0x0b), ...ALIGN_16_OFFSET_0],
  splat: (scalar: Code): Code => [...scalar, ...simd(0x13)],
  sqrt: (a: Code): Code => [...a, ...simd(0xe3)],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)],
  sub: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe5)],
  mul: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)],
  div: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe7)],
};

/** The sum of two i32 locals: an address inside a buffer. */
export const at = (base: number, index: number): Code => [...local.get(base), ...local.get(index), 0x6a];

/** Run `body` with local `index` at 0, 16, 32 … below the i32 local `end`. */
export function everySixteenBytes(index: number, end: number, body: Code): Code {
  const past = [...local.get(index), ...local.get(end), 0x4f]; // i32.ge_u
  const forward = [...local.get(index), 0x41, 16, 0x6a, ...local.set(index)];
  // block { loop { if past, leave; body; forward; again } }
  return [0x02, 0x40, 0x03, 0x40, ...past, 0x0d, 1, ...body, ...forward, 0x0c, 0, 0x0b, 0x0b];
}

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly locals: readonly number[];
  readonly body: Code;
}

/** A module of functions without results over an imported memory `env.memory`. */
export function encodeModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...vector(parameters.map((each) => [each])), 0]);
  const code = functions.map(({ locals, body }) =>
    sized([...vector(locals.map((each) => [1, each])), ...body, 0x0b]),
  );
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[...named('env'), ...named('memory'), 0x02, 0x00, 0]]),
    ...section(
      3,
      functions.map((_each, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...named(name), 0x00, ...unsigned(index)]),
    ),
    ...section(10, code),
  ]);
}
