import fs from 'node:fs';
import { pipeline, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { fromSystemError, isAbort } from '../../../app/kernel/app-error.ts';
import type { FormatFile } from '../../../app/kernel/ports/data-format.ts';
import { damaged } from './damaged.ts';

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
/** As far as gzip can go; what becomes more is made to fill the time and the disk. */
const MOST_EXPANSION = 1032;
const PIECE_BYTES = 256 * 1024;
const none = Buffer.alloc(0);

/** A compressed file (gzip or Zstandard) that is read from front to end: only a piece of it is in memory, and nobody goes back. */
export class UnpackedBytes {
  readonly name: string;
  readonly #packed: fs.ReadStream;
  readonly #most: number;
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #unpacker: Transform;
  readonly #signal: AbortSignal | undefined;
  #piece: Buffer = none;
  /** Where the piece begins. */
  #at = 0;
  #hasEnded = false;

  private constructor(
    name: string,
    packed: fs.ReadStream,
    packedBytes: number,
    unpacker: Transform,
    signal: AbortSignal | undefined,
  ) {
    this.name = name;
    this.#packed = packed;
    this.#most = packedBytes * MOST_EXPANSION + PIECE_BYTES;
    this.#unpacker = unpacker;
    this.#signal = signal;
    // What goes wrong there is thrown where the pieces are taken.
    pipeline(packed, unpacker, () => {});
    this.#pieces = unpacker[Symbol.asyncIterator]();
  }

  /** @throws AppError PATH_NOT_FOUND, PATH_UNREADABLE */
  static async open(
    file: Pick<FormatFile, 'path' | 'name'>,
    packing: 'gzip' | 'zstd',
    signal?: AbortSignal,
  ): Promise<UnpackedBytes> {
    const handle = await fs.promises.open(file.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error) => {
      throw fromSystemError(error, file.name);
    });
    try {
      const { size } = await handle.stat();
      const options = { chunkSize: PIECE_BYTES };
      const unpacker = packing === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
      return new UnpackedBytes(file.name, handle.createReadStream(), size, unpacker, signal);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Unpacked: until the end was reached, the most that is read of it. */
  get sizeBytes(): number {
    return this.#hasEnded ? this.#at + this.#piece.length : this.#most;
  }

  /** Bytes of the compressed file that were taken. */
  get packedBytes(): number {
    return this.#packed.bytesRead;
  }

  /** Bytes [offset, offset + length), not before those that were read last. @throws AppError DATA_MALFORMED where it ends before that */
  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = await this.head(offset, length);
    if (bytes.length === length) return bytes;
    const missing = length - bytes.length;
    throw damaged(this.name, null, `${missing} bytes are missing: it unpacks to ${this.sizeBytes} bytes`);
  }

  /** As `read`, or fewer bytes at the end. */
  async head(offset: number, length: number): Promise<Buffer> {
    if (offset < this.#at) throw new Error(`byte ${offset} of ${this.name} has been passed`);
    while (this.#at + this.#piece.length <= offset && (await this.#next())) {}
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      done += this.#piece.copy(bytes, done, Math.max(0, offset + done - this.#at));
      if (done < length && !(await this.#next())) break;
    }
    return bytes.subarray(0, done);
  }

  async #next(): Promise<boolean> {
    this.#signal?.throwIfAborted();
    if (this.#hasEnded) return false;
    const { value, done } = await this.#pieces.next().catch((error) => {
      throw this.#fault(error);
    });
    if (done) {
      this.#hasEnded = true;
      return false;
    }
    this.#at += this.#piece.length;
    this.#piece = value;
    return true;
  }

  #fault(error: NodeJS.ErrnoException): unknown {
    if (isAbort(error)) return error;
    const isPacking = /^(Z_|ZSTD_|ERR_|unexpected end)/.test(String(error.code));
    return isPacking
      ? damaged(this.name, null, 'its compressed bytes are damaged')
      : fromSystemError(error, this.name);
  }

  /** Resolves when the file is closed. */
  async close(): Promise<void> {
    this.#unpacker.destroy();
    if (this.#packed.closed) return;
    const closed = new Promise<void>((resolve) => this.#packed.once('close', () => resolve()));
    this.#packed.destroy();
    await closed;
  }
}
