import fs from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { fromSystemError, isAbort } from '../../../app/kernel/app-error.ts';
import { damaged } from './damaged.ts';
import type { ZipMember } from './zip-directory.ts';

/**
 * Write a member of an archive to a file of its own, so that it can be read at any place, and compare it with its checksum.
 *
 * @throws AppError DATA_MALFORMED, DISK_FULL
 */
export async function unpackMember(
  archive: { readonly path: string; readonly name: string },
  member: ZipMember,
  destination: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await fs.promises.open(destination, 'wx');
  let checksum = 0;
  let sizeBytes = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      checksum = crc32(chunk, checksum);
      sizeBytes += chunk.length;
      if (sizeBytes > member.sizeBytes) return done(new TooMuch());
      file.appendFile(chunk).then(() => done(), done);
    },
  });
  const source = () =>
    member.compressedBytes === 0
      ? []
      : fs.createReadStream(archive.path, {
          start: member.dataOffset,
          end: member.dataOffset + member.compressedBytes - 1,
        });
  try {
    const options = signal ? { signal } : {};
    if (member.method === 'stored') await pipeline(source(), sink, options);
    else await pipeline(source(), createInflateRaw(), sink, options);
  } catch (error) {
    if (isAbort(error)) throw error;
    const broken =
      error instanceof TooMuch ||
      /^(Z_|ERR_|unexpected end)/.test(String((error as NodeJS.ErrnoException).code));
    throw broken
      ? damaged(`${archive.name}/${member.name}`, null, 'its compressed bytes are damaged')
      : fromSystemError(error, archive.name);
  } finally {
    await file.close();
  }
  if (sizeBytes !== member.sizeBytes || checksum !== member.checksum) {
    throw damaged(`${archive.name}/${member.name}`, null, 'its bytes differ from its checksum');
  }
}

class TooMuch extends Error {}
