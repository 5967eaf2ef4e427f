import fs from 'node:fs';
import { AppError } from '../../app/kernel/app-error.ts';

/** ONNX is protobuf, and a protobuf message ends at 2 GiB; larger models keep their weights in external files. */
const LARGEST_BYTES = 2 ** 31 - 1;
const DEEPEST = 64;
const WINDOW_BYTES = 64 * 1024;

type Visit = 'descend' | 'metadata' | 'external' | 'location' | 'version' | 'graph';
interface Shape {
  readonly [field: number]: readonly [Visit, Shape?];
}

/** The fields of onnx.proto3 that lead to tensors or metadata; every other field is skipped unread. */
const tensor: Shape = { 13: ['external'], 14: ['location'] };
const sparseTensor: Shape = { 1: ['descend', tensor], 2: ['descend', tensor] };
const attribute: Record<number, readonly [Visit, Shape?]> = {
  5: ['descend', tensor],
  10: ['descend', tensor],
  22: ['descend', sparseTensor],
  23: ['descend', sparseTensor],
};
const node: Shape = { 5: ['descend', attribute] };
const graph: Shape = { 1: ['descend', node], 5: ['descend', tensor], 15: ['descend', sparseTensor] };
attribute[6] = ['descend', graph];
attribute[11] = ['descend', graph];
const training: Shape = { 1: ['descend', graph], 2: ['descend', graph] };
const model: Shape = {
  1: ['version'],
  7: ['graph', graph],
  14: ['metadata'],
  20: ['descend', training],
  25: ['descend', { 7: ['descend', node] }],
};

export interface OnnxFile {
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Walk an ONNX file's protobuf without loading weights: its structure must be whole, and it must be self-contained.
 * Field numbers are those of onnx.proto3, IR version 10 and later (github.com/onnx/onnx).
 *
 * @throws AppError MODEL_INVALID for a file that is cut short, is no ONNX model, is over 2 GiB, or keeps weights in
 * external files
 */
export function checkOnnxFile(path: string): OnnxFile {
  const file = fs.openSync(path, 'r');
  try {
    const { size } = fs.fstatSync(file);
    if (size === 0) throw invalid('The file is empty.', path);
    if (size > LARGEST_BYTES) {
      throw invalid(
        `The file has ${size} bytes; an ONNX file ends at 2 GiB.`,
        path,
        'Quantize the model, or export a smaller one.',
      );
    }
    return new Walk(file, size, path).run();
  } finally {
    fs.closeSync(file);
  }
}

class Walk {
  readonly #file: number;
  readonly #size: number;
  readonly #path: string;
  readonly #metadata: Record<string, string> = {};
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;
  #sawVersion = false;
  #sawGraph = false;

  constructor(file: number, size: number, path: string) {
    this.#file = file;
    this.#size = size;
    this.#path = path;
  }

  run(): OnnxFile {
    this.#message(0, this.#size, model, 0);
    if (!this.#sawVersion || !this.#sawGraph) throw this.#broken();
    return { metadata: this.#metadata };
  }

  #message(start: number, end: number, shape: Shape, depth: number): void {
    if (depth > DEEPEST) throw invalid(`Its graphs are nested more than ${DEEPEST} deep.`, this.#path);
    let at = start;
    while (at < end) {
      const [key, afterKey] = this.#varint(at, end);
      const field = Math.floor(key / 8);
      const [visit, inner] = shape[field] ?? [];
      switch (key % 8) {
        case 0: {
          const [value, next] = this.#varint(afterKey, end);
          if (visit === 'version') this.#sawVersion = true;
          if (visit === 'location' && value === 1) throw this.#external();
          at = next;
          break;
        }
        case 1:
          at = afterKey + 8;
          break;
        case 2: {
          const [length, contentStart] = this.#varint(afterKey, end);
          at = contentStart + length;
          if (at > end) throw this.#broken();
          if (visit === 'external') throw this.#external();
          if (visit === 'graph') this.#sawGraph = true;
          if (visit === 'metadata') this.#entry(contentStart, at);
          else if (inner) this.#message(contentStart, at, inner, depth + 1);
          break;
        }
        case 5:
          at = afterKey + 4;
          break;
        default:
          throw this.#broken();
      }
      if (at > end || field === 0) throw this.#broken();
    }
  }

  /** StringStringEntryProto: 1 is the key, 2 the value. */
  #entry(start: number, end: number): void {
    const texts = ['', ''];
    let at = start;
    while (at < end) {
      const [key, afterKey] = this.#varint(at, end);
      if (key % 8 !== 2) throw this.#broken();
      const [length, contentStart] = this.#varint(afterKey, end);
      at = contentStart + length;
      if (at > end) throw this.#broken();
      const text = Buffer.alloc(length);
      fs.readSync(this.#file, text, 0, length, contentStart);
      texts[Math.floor(key / 8) - 1] = text.toString('utf8');
    }
    this.#metadata[texts[0]!] = texts[1]!;
  }

  /** A varint of at most 10 bytes; above 2^53 only its size counts, which no length in a valid file reaches. */
  #varint(start: number, end: number): [value: number, next: number] {
    let value = 0;
    for (let at = start, factor = 1; at < start + 10; at++, factor *= 128) {
      if (at >= end) throw this.#broken();
      const byte = this.#byte(at);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return [value, at + 1];
    }
    throw this.#broken();
  }

  #byte(at: number): number {
    if (at < this.#windowStart || at >= this.#windowStart + this.#window.byteLength) {
      const window = Buffer.alloc(Math.min(WINDOW_BYTES, this.#size - at));
      const read = fs.readSync(this.#file, window, 0, window.byteLength, at);
      if (read === 0) throw this.#broken();
      this.#window = window.subarray(0, read);
      this.#windowStart = at;
    }
    return this.#window[at - this.#windowStart]!;
  }

  #broken(): AppError {
    return this.#sawVersion
      ? invalid(
          `The file ends too early or is damaged (it has ${this.#size} bytes).`,
          this.#path,
          'Copy or export it again, and compare its size with the original.',
        )
      : invalid(
          'The file is not an ONNX model.',
          this.#path,
          'Export the model to ONNX; other formats, pickles above all, are never loaded.',
        );
  }

  #external(): AppError {
    return invalid(
      'Its weights are kept in other files (external data).',
      this.#path,
      'Save it as one file: onnx.save(model, path, save_as_external_data=False).',
    );
  }
}

/** MODEL_INVALID with a message that stands after the file's name. */
export function invalid(reason: string, path: string, nextStep?: string): AppError {
  return new AppError('MODEL_INVALID', `The model cannot be used. ${reason}`, {
    ...(nextStep && { nextStep }),
    details: { path },
  });
}
