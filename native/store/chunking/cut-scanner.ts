import { encodeModule, i32, local, repeatWhile, type, when } from '../../web-assembly/wasm-code.ts';
import { gears, LOOSE_ZEROS, STRICT_ZEROS, WINDOW_BYTES } from './cut-rules.ts';

/** Stretches scanned at once: one waits for its table while another counts. */
const LANES = 4;
/** Below this, splitting costs more than it gains. */
const MIN_SCAN_BYTES = LANES * 256;
const PAGE_BYTES = 65_536;
const TABLE_BYTES = 1024;
/** A candidate is its position and its hash. */
const CANDIDATE_BYTES = 8;
const STRICT_LIMIT = 2 ** (32 - STRICT_ZEROS);
const LOOSE_LIMIT = 2 ** (32 - LOOSE_ZEROS);

/** Positions where a content may be cut, in rising order; a cut lies after the byte at the position. */
export interface Candidates {
  readonly count: number;
  readonly positions: Int32Array;
  /** 1 where the candidate is a strict one. */
  readonly strict: Uint8Array;
}

/**
 * Finds candidates in a buffer that lies in the memory of a WebAssembly module. The gear hash (FastCDC, Xia et al. 2016) of a position
 * depends only on the bytes just before it, so four stretches are scanned side by side, and the order of cuts is settled afterwards.
 */
export class CutScanner {
  /** Fill this, then scan. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #positions: Int32Array;
  readonly #strict: Uint8Array;
  readonly #words: Uint32Array;
  readonly #lists: readonly number[];
  readonly #dataAt: number;
  readonly #scan: (...parameters: number[]) => void;

  /** @param capacityBytes the most that is scanned at once */
  constructor(capacityBytes: number) {
    // Every position may be a candidate in data made for it, so each lane's list has room for all of its stretch.
    const listBytes = (Math.ceil(capacityBytes / LANES) + LANES) * CANDIDATE_BYTES;
    this.#lists = Array.from({ length: LANES }, (_, lane) => TABLE_BYTES + 16 + lane * listBytes);
    this.#dataAt = TABLE_BYTES + 16 + LANES * listBytes;
    const memory = new WebAssembly.Memory({
      initial: Math.ceil((this.#dataAt + capacityBytes) / PAGE_BYTES),
    });
    this.bytes = new Uint8Array(memory.buffer, this.#dataAt, capacityBytes);
    this.#words = new Uint32Array(memory.buffer);
    this.#words.set(gears);
    this.#positions = new Int32Array(capacityBytes);
    this.#strict = new Uint8Array(capacityBytes);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(encodeScan()), { env: { memory } });
    this.#scan = instance.exports.scan as (...parameters: number[]) => void;
  }

  /** Candidates among `bytes[from, to)`, counted from `from`. The result is good until the next call. */
  scan(from: number, to: number): Candidates {
    const length = to - from;
    const stretch = length < MIN_SCAN_BYTES ? 0 : Math.floor(length / LANES);
    let count = 0;
    if (stretch > 0) {
      const starts = Array.from({ length: LANES }, (_, lane) => from + lane * stretch);
      const hashes = starts.map((start) => this.#hashBefore(start, from));
      this.#scan(stretch, ...starts.map((start) => this.#dataAt + start), ...hashes, ...this.#lists);
      for (let lane = 0; lane < LANES; lane++) {
        const end = this.#words[TABLE_BYTES / 4 + lane]!;
        for (let at = this.#lists[lane]!; at < end; at += CANDIDATE_BYTES) {
          this.#positions[count] = lane * stretch + this.#words[at / 4]!;
          this.#strict[count++] = this.#words[at / 4 + 1]! < STRICT_LIMIT ? 1 : 0;
        }
      }
    }
    let hash = this.#hashBefore(from + LANES * stretch, from);
    for (let at = LANES * stretch; at < length; at++) {
      hash = ((hash << 1) + gears[this.bytes[from + at]!]!) >>> 0;
      if (hash >= LOOSE_LIMIT) continue;
      this.#positions[count] = at;
      this.#strict[count++] = hash < STRICT_LIMIT ? 1 : 0;
    }
    return { count, positions: this.#positions, strict: this.#strict };
  }

  #hashBefore(position: number, from: number): number {
    let hash = 0;
    for (let at = Math.max(from, position - WINDOW_BYTES); at < position; at++) {
      hash = ((hash << 1) + gears[this.bytes[at]!]!) >>> 0;
    }
    return hash;
  }
}

/** `scan(length, data × 4, hash × 4, list × 4)`; the ends of the lists are left behind the table. */
function encodeScan(): Uint8Array<ArrayBuffer> {
  const lanes = [0, 1, 2, 3];
  const length = 0;
  const data = (lane: number) => 1 + lane;
  const hash = (lane: number) => 1 + LANES + lane;
  const list = (lane: number) => 1 + 2 * LANES + lane;
  const index = 1 + 3 * LANES;
  const step = (lane: number) => [
    ...i32.shiftLeft(local.get(hash(lane)), i32.constant(1)),
    ...i32.load(
      i32.shiftLeft(i32.loadByte(i32.add(local.get(data(lane)), local.get(index))), i32.constant(2)),
    ),
    0x6a,
    ...local.set(hash(lane)),
    ...when(i32.lessUnsigned(local.get(hash(lane)), i32.constant(LOOSE_LIMIT)), [
      ...i32.store(local.get(list(lane)), local.get(index)),
      ...i32.store(local.get(list(lane)), local.get(hash(lane)), 4),
      ...i32.add(local.get(list(lane)), i32.constant(CANDIDATE_BYTES)),
      ...local.set(list(lane)),
    ]),
  ];
  const body = [
    ...repeatWhile(i32.lessUnsigned(local.get(index), local.get(length)), [
      ...lanes.flatMap(step),
      ...i32.add(local.get(index), i32.constant(1)),
      ...local.set(index),
    ]),
    ...lanes.flatMap((lane) => i32.store(i32.constant(TABLE_BYTES + 4 * lane), local.get(list(lane)))),
  ];
  const parameters = Array.from({ length: index }, () => type.i32);
  return encodeModule([{ name: 'scan', parameters, locals: [type.i32], body }]);
}
