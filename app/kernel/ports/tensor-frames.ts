import type { TensorType } from '../../contract/models.contract.ts';

/**
 * How the inference server and a model's worker talk over their local socket. A frame is
 *
 *     u32 length of the rest | u32 length of the header | header (JSON) | zeros to a multiple of 8 | tensor | zeros | tensor …
 *
 * in little-endian. Tensors start at multiples of 8 counted from the second field, and a frame is received into a
 * buffer of its own, so typed arrays can view it without a copy. Requests are pipelined; `id` pairs an answer with
 * its request.
 */
export interface WireTensor {
  readonly name: string;
  readonly datatype: TensorType;
  readonly shape: readonly number[];
  /** Row-major, little-endian; BOOL is a byte of 0 or 1; an element of BYTES is its length as u32, then its bytes. */
  readonly bytes: Uint8Array;
}

export interface FrameHeader {
  readonly id: number;
  /** Of a request: the outputs to compute; all of them if absent. */
  readonly outputs?: readonly string[];
  /** Of an answer: how long the model itself took. */
  readonly modelMs?: number;
  /** Of an answer: why there are no tensors. */
  readonly error?: string;
}

export interface Frame {
  readonly header: FrameHeader;
  readonly tensors: readonly WireTensor[];
}

/** No frame is larger: a longer one is refused by its writer, and ends the connection at its reader. */
export const MAX_FRAME_BYTES = 512 * 1024 * 1024;

interface TensorHead {
  readonly name: string;
  readonly datatype: TensorType;
  readonly shape: readonly number[];
  readonly byteLength: number;
}

const zeros = new Uint8Array(8);

/** The bytes of one frame as the pieces to write in order; tensors are not copied. RangeError above MAX_FRAME_BYTES. */
export function encodeFrame(frame: Frame): Uint8Array[] {
  const tensors: TensorHead[] = frame.tensors.map(({ name, datatype, shape, bytes }) => ({
    name,
    datatype,
    shape,
    byteLength: bytes.byteLength,
  }));
  const header = Buffer.from(JSON.stringify({ ...frame.header, tensors }), 'utf8');
  const headEnd = padded(4 + header.byteLength);
  const bodyBytes = tensors.reduce((sum, tensor) => sum + padded(tensor.byteLength), headEnd);
  if (bodyBytes > MAX_FRAME_BYTES) {
    throw new RangeError(
      `the tensors take ${bodyBytes} bytes; at most ${MAX_FRAME_BYTES} fit into one request`,
    );
  }
  const head = Buffer.alloc(4 + headEnd);
  head.writeUInt32LE(bodyBytes, 0);
  head.writeUInt32LE(header.byteLength, 4);
  head.set(header, 8);
  const pieces: Uint8Array[] = [head];
  for (const { bytes } of frame.tensors) {
    pieces.push(bytes);
    const gap = padded(bytes.byteLength) - bytes.byteLength;
    if (gap > 0) pieces.push(zeros.subarray(0, gap));
  }
  return pieces;
}

/** Puts frames together from chunks as they arrive. Throws RangeError or SyntaxError for what is no frame. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #length = Buffer.alloc(4);
  #lengthFilled = 0;
  #body: Buffer | undefined;
  #bodyFilled = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.byteLength) {
      if (!this.#body) {
        const taken = chunk.copy(this.#length, this.#lengthFilled, at, at + 4 - this.#lengthFilled);
        at += taken;
        this.#lengthFilled += taken;
        if (this.#lengthFilled < 4) return;
        const length = this.#length.readUInt32LE(0);
        if (length < 4 || length > MAX_FRAME_BYTES)
          throw new RangeError(`a frame of ${length} bytes is not allowed`);
        // A buffer of its own (not of the pool) starts at offset 0, which the alignment of the tensors counts on.
        this.#body = Buffer.allocUnsafeSlow(length);
        this.#bodyFilled = 0;
      }
      const taken = chunk.copy(this.#body, this.#bodyFilled, at);
      at += taken;
      this.#bodyFilled += taken;
      if (this.#bodyFilled === this.#body.byteLength) {
        const body = this.#body;
        this.#body = undefined;
        this.#lengthFilled = 0;
        this.#onFrame(decodeBody(body));
      }
    }
  }
}

function decodeBody(body: Buffer): Frame {
  const headerEnd = 4 + body.readUInt32LE(0);
  if (headerEnd > body.byteLength) throw new RangeError('the header is longer than its frame');
  const { tensors: heads, ...header } = JSON.parse(body.toString('utf8', 4, headerEnd)) as FrameHeader & {
    tensors: TensorHead[];
  };
  let at = padded(headerEnd);
  const tensors = heads.map(({ byteLength, ...head }) => {
    if (at + byteLength > body.byteLength) throw new RangeError('a tensor is longer than its frame');
    const bytes = new Uint8Array(body.buffer, body.byteOffset + at, byteLength);
    at += padded(byteLength);
    return { ...head, bytes };
  });
  return { header, tensors };
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}
