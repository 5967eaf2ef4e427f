import fs from 'node:fs';
import type { ManifestFile } from '../../../app/kernel/ports/data-store.ts';
import type { ContentReader } from '../contents/content-reader.ts';
import { readInto } from '../packs/read-directory.ts';
import { PART_BYTES } from './write-files.ts';

/**
 * Whether a file is what a killed checkout leaves: the beginning of what it should become, or, where it is written in parts, with holes. Writing
 * it anew loses nothing.
 *
 * @param isNoted whether it is known that a checkout of this was interrupted: then a power cut may have left holes anywhere
 */
export function isCutShort(
  contents: ContentReader,
  filePath: string,
  wanted: ManifestFile,
  isNoted: boolean,
): boolean {
  const fd = fs.openSync(filePath, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = fs.fstatSync(fd);
    if (size > wanted.sizeBytes) return false;
    const mayHaveHoles = isNoted || wanted.sizeBytes > PART_BYTES;
    let at = 0;
    for (const piece of contents.read(Buffer.from(wanted.digest, 'hex'), 0, size)) {
      const there = Buffer.allocUnsafe(piece.length);
      if (readInto(fd, at, there) < piece.length) return false;
      const same = there.equals(piece);
      if (!same && !(mayHaveHoles && there.every((byte, index) => byte === 0 || byte === piece[index]))) {
        return false;
      }
      at += piece.length;
    }
    return true;
  } finally {
    fs.closeSync(fd);
  }
}
