import fs from 'node:fs';
import { Blake3Hasher } from '@napi-rs/blake-hash';

/** One for each thread: to make one for every file costs more than to read a small file. */
const buffer = Buffer.allocUnsafeSlow(1 << 20);

/**
 * The digest of a file's bytes, with bounded memory. Links are not followed.
 *
 * @param onBytes told of bytes that were read; may throw to stop
 * @throws an error of the system's
 */
export function hashFile(filePath: string, onBytes: (bytes: number) => void = () => {}): Buffer {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const fd = fs.openSync(filePath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const hasher = new Blake3Hasher();
    for (;;) {
      const bytes = fs.readSync(fd, buffer, 0, buffer.length, null);
      if (bytes === 0) return hasher.digestBuffer();
      hasher.update(buffer.subarray(0, bytes));
      onBytes(bytes);
    }
  } finally {
    fs.closeSync(fd);
  }
}
