import fs from 'node:fs';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import type { FormatFile } from '../../../app/kernel/ports/data-format.ts';
import { damaged } from './damaged.ts';

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;

/** A file that is read at any place; what it does not hold is a fault that names the file and the byte. */
export class FileBytes {
  readonly name: string;
  readonly sizeBytes: number;
  readonly #handle: fs.promises.FileHandle;

  private constructor(name: string, sizeBytes: number, handle: fs.promises.FileHandle) {
    this.name = name;
    this.sizeBytes = sizeBytes;
    this.#handle = handle;
  }

  /** @throws AppError PATH_NOT_FOUND, PATH_UNREADABLE */
  static async open(file: Pick<FormatFile, 'path' | 'name'>): Promise<FileBytes> {
    try {
      const handle = await fs.promises.open(file.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
        return new FileBytes(file.name, (await handle.stat()).size, handle);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw fromSystemError(error, file.name);
    }
  }

  /**
   * Bytes [offset, offset + length).
   *
   * @param into a buffer to use if it is large enough; what is read then stands at its beginning
   * @throws AppError DATA_MALFORMED where the file ends before that
   */
  async read(offset: number, length: number, into?: Buffer): Promise<Buffer> {
    if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > this.sizeBytes) {
      throw damaged(
        this.name,
        offset,
        `${length} bytes are missing: the file ends at byte ${this.sizeBytes}`,
      );
    }
    const bytes = into && into.length >= length ? into.subarray(0, length) : Buffer.allocUnsafe(length);
    let at = 0;
    while (at < length) {
      const { bytesRead } = await this.#handle.read(bytes, at, length - at, offset + at);
      if (bytesRead === 0) throw damaged(this.name, offset + at, 'the file became shorter while it was read');
      at += bytesRead;
    }
    return bytes;
  }

  /** As `read`, or fewer bytes at the end of the file. */
  head(offset: number, length: number): Promise<Buffer> {
    return this.read(offset, Math.max(0, Math.min(length, this.sizeBytes - offset)));
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Open a file, use it and close it. */
export async function withFile<T>(
  file: Pick<FormatFile, 'path' | 'name'>,
  use: (bytes: FileBytes) => Promise<T>,
): Promise<T> {
  const bytes = await FileBytes.open(file);
  try {
    return await use(bytes);
  } finally {
    await bytes.close();
  }
}
