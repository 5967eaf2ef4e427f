import fs from 'node:fs';
import { Blake3Hasher } from '@napi-rs/blake-hash';
import type { FilesToRead } from '../pool/pool-messages.ts';
import type { ThreadControl } from '../pool/session-control.ts';
import { checkUnchanged, openSource, readWhole } from './read-source.ts';

const READ_BYTES = 1024 * 1024;
const DIGEST_BYTES = 32;

/** Digests of files, 32 bytes each, without storing anything. @throws AppError as reading a source does */
export function hashFiles({ paths, facts }: FilesToRead, control: ThreadControl): Uint8Array<ArrayBuffer> {
  const digests = new Uint8Array((facts.length / 4) * DIGEST_BYTES);
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (const [at, path] of paths.split('\0').entries()) {
    const [sizeBytes, mtimeMs, ctimeMs, ino] = facts.slice(at * 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const hasher = new Blake3Hasher();
    const fd = openSource(path);
    try {
      for (let left = sizeBytes; left > 0; ) {
        control.check();
        const piece = buffer.subarray(0, Math.min(left, READ_BYTES));
        readWhole(fd, path, piece);
        hasher.update(piece);
        left -= piece.length;
      }
      checkUnchanged(fd, { path, sizeBytes, mtimeMs, ctimeMs, ino, similar: null });
    } finally {
      fs.closeSync(fd);
    }
    digests.set(hasher.digestBuffer(), at * DIGEST_BYTES);
  }
  return digests;
}
