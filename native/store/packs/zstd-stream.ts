import zlib from 'node:zlib';

/**
 * One zstd context that serves many frames. Node's own one-call functions make and free a context each time, which costs more than
 * compressing a block does (32 KiB: 700 µs against 60). The line to the context is the one that node:zlib uses itself; where it is not as
 * expected, the one-call functions do the same work.
 */
interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputBytes: number,
    output: Uint8Array,
    outputAt: number,
    outputBytes: number,
  ): void;
  onerror: (message: string, errno: number, code: string) => void;
}

interface Stream {
  readonly _handle: Handle;
  /** Bytes of output left, bytes of input left. */
  readonly _writeState: Uint32Array;
  close(): void;
}

type OneCall = (input: Uint8Array) => Uint8Array;

export class ZstdStream {
  readonly #open: () => zlib.ZstdCompress | zlib.ZstdDecompress;
  readonly #oneCall: OneCall;
  #stream: Stream | null = null;
  #failure: string | null = null;

  /** @param oneCall does the same without a lasting context */
  constructor(open: () => zlib.ZstdCompress | zlib.ZstdDecompress, oneCall: OneCall) {
    this.#open = open;
    this.#oneCall = oneCall;
  }

  /**
   * Turn one frame into the other form.
   *
   * @returns the bytes written to `output`, or -1 if they did not fit
   * @throws Error if the input is no whole frame
   */
  run(input: Uint8Array, output: Uint8Array): number {
    if (!contextsAreAsExpected) return this.#once(input, output);
    const stream = this.#acquire();
    const { ZSTD_e_end } = zlib.constants;
    stream._handle.writeSync(ZSTD_e_end, input, 0, input.length, output, 0, output.length);
    const [outputLeft, inputLeft] = stream._writeState;
    const failure = this.#failure;
    if (failure === null && inputLeft === 0 && outputLeft! > 0) return output.length - outputLeft!;
    // The frame is unfinished: this context would go on with it.
    this.close();
    if (failure !== null) throw new Error(failure);
    return -1;
  }

  close(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#failure = null;
  }

  #acquire(): Stream {
    if (this.#stream) return this.#stream;
    const stream = this.#open() as unknown as Stream;
    stream._handle.onerror = (message) => {
      this.#failure = message;
    };
    this.#stream = stream;
    return stream;
  }

  #once(input: Uint8Array, output: Uint8Array): number {
    const result = this.#oneCall(input);
    if (result.length >= output.length) return -1;
    output.set(result);
    return result.length;
  }
}

/** Two frames through one context, there and back, and a broken one that is noticed. */
const contextsAreAsExpected = (() => {
  try {
    const sample = new Uint8Array(1000).map((_, index) => index % 7);
    const compress = zlib.createZstdCompress() as unknown as Stream;
    const decompress = zlib.createZstdDecompress() as unknown as Stream;
    const output = new Uint8Array(2000);
    const back = new Uint8Array(2000);
    const { ZSTD_e_end } = zlib.constants;
    let good = true;
    for (const length of [1000, 500]) {
      compress._handle.writeSync(ZSTD_e_end, sample, 0, length, output, 0, output.length);
      const compressed = output.slice(0, output.length - compress._writeState[0]!);
      good &&= Buffer.from(sample.subarray(0, length)).equals(zlib.zstdDecompressSync(compressed));
      decompress._handle.writeSync(ZSTD_e_end, compressed, 0, compressed.length, back, 0, back.length);
      good &&= back.length - decompress._writeState[0]! === length;
      good &&= Buffer.from(back.subarray(0, length)).equals(sample.subarray(0, length));
    }
    let told = false;
    decompress._handle.onerror = () => {
      told = true;
    };
    decompress._handle.writeSync(ZSTD_e_end, sample, 0, 100, back, 0, back.length);
    compress.close();
    decompress.close();
    return good && told;
  } catch {
    return false;
  }
})();
