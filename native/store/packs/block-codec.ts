import zlib from 'node:zlib';
import { releaseBytes } from '../../release-bytes.ts';
import { type Method, method } from './pack-format.ts';
import { ZstdStream } from './zstd-stream.ts';

/** A block has at most so many raw bytes. */
export const MAX_BLOCK_BYTES = 512 * 1024;
/** Zstd may need more room than it was given bytes; and Node takes a second buffer, and a third for both, where the first is just full. */
const OUTPUT_BYTES = MAX_BLOCK_BYTES + 64 * 1024;
const LEVEL = 1;
/** A delta that becomes larger than this part of the block is worth more effort. */
const GOOD_DELTA = 0.05;
const DELTA_LEVELS = { quick: 3, thorough: 7 } as const;
/** Reaches over a dictionary and a block. */
const DELTA_WINDOW_LOG = 21;
/** What does not become smaller by this much is kept as it is. */
const WORTHWHILE = 0.95;
const SAMPLE_PIECES = 4;
const SAMPLE_PIECE_BYTES = 8 * 1024;

const { ZSTD_c_compressionLevel, ZSTD_c_windowLog } = zlib.constants;
const settings = { params: { [ZSTD_c_compressionLevel]: LEVEL } };

export interface EncodedBlock {
  /** Good until the next call. */
  readonly bytes: Uint8Array;
  readonly method: Method;
  readonly crc: number;
}

/** Compresses and restores blocks; one for each thread, because it keeps its contexts and buffers. */
export class BlockCodec {
  readonly #compress = new ZstdStream(
    () => zlib.createZstdCompress(settings),
    (input) => zlib.zstdCompressSync(input, { ...settings, chunkSize: OUTPUT_BYTES }),
  );
  readonly #decompress = new ZstdStream(
    () => zlib.createZstdDecompress(),
    (input) => zlib.zstdDecompressSync(input, { chunkSize: OUTPUT_BYTES }),
  );
  readonly #output = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
  /** The latest one. */
  #delta: Buffer | null = null;
  readonly #sample = Buffer.allocUnsafeSlow(SAMPLE_PIECES * SAMPLE_PIECE_BYTES);

  encode(raw: Uint8Array): EncodedBlock {
    if (this.#mayShrink(raw)) {
      const bytes = this.#compress.run(raw, this.#output);
      if (bytes >= 0 && bytes < raw.length * WORTHWHILE) {
        return this.#sealed(this.#output.subarray(0, bytes), method.zstd);
      }
    }
    return this.#sealed(raw, method.raw);
  }

  /** A block told by what differs from a dictionary; good until the next call. */
  encodeDelta(raw: Uint8Array, dictionary: Uint8Array): EncodedBlock {
    const compress = (level: number) =>
      zlib.zstdCompressSync(raw, {
        dictionary,
        chunkSize: OUTPUT_BYTES,
        params: { [ZSTD_c_compressionLevel]: level, [ZSTD_c_windowLog]: DELTA_WINDOW_LOG },
      });
    if (this.#delta) releaseBytes(this.#delta);
    this.#delta = compress(DELTA_LEVELS.quick);
    if (this.#delta.length > raw.length * GOOD_DELTA) {
      releaseBytes(this.#delta);
      this.#delta = compress(DELTA_LEVELS.thorough);
    }
    return this.#sealed(this.#delta, method.delta);
  }

  /** @throws Error if the stored bytes are damaged */
  decodeDelta(stored: Uint8Array, dictionary: Uint8Array, output: Uint8Array, rawBytes: number): void {
    const bytes = zlib.zstdDecompressSync(stored, {
      dictionary,
      chunkSize: OUTPUT_BYTES,
      maxOutputLength: rawBytes + 1,
    });
    if (bytes.length !== rawBytes) throw new Error(`the block gives ${bytes.length} bytes, not ${rawBytes}`);
    output.set(bytes);
    releaseBytes(bytes);
  }

  /**
   * @param output has room for a byte more
   * @throws Error if the stored bytes are damaged
   */
  decode(stored: Uint8Array, output: Uint8Array, rawBytes: number): void {
    const bytes = this.#decompress.run(stored, output);
    if (bytes !== rawBytes) throw new Error(`the block gives ${bytes} bytes, not ${rawBytes}`);
  }

  close(): void {
    this.#compress.close();
    this.#decompress.close();
  }

  #sealed(bytes: Uint8Array, how: Method): EncodedBlock {
    return { bytes, method: how, crc: zlib.crc32(bytes) };
  }

  /** Pictures, archives and Parquet do not: a few pieces of the block tell. */
  #mayShrink(raw: Uint8Array): boolean {
    if (raw.length <= this.#sample.length) return raw.length > 0;
    const stride = (raw.length - SAMPLE_PIECE_BYTES) / (SAMPLE_PIECES - 1);
    for (let piece = 0; piece < SAMPLE_PIECES; piece++) {
      const from = Math.floor(piece * stride);
      this.#sample.set(raw.subarray(from, from + SAMPLE_PIECE_BYTES), piece * SAMPLE_PIECE_BYTES);
    }
    const bytes = this.#compress.run(this.#sample, this.#output);
    return bytes >= 0 && bytes < this.#sample.length * WORTHWHILE;
  }
}
