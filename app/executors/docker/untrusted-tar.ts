import type { Readable } from 'node:stream';
import tar from 'tar-stream';
import { AppError } from '../../kernel/app-error.ts';
import { inside } from '../../kernel/workspace-folders.ts';

/** What a container's archive may hold at most; programs in it write whatever they like. */
const MOST_ENTRIES = 1_000_000;

export interface TarFile {
  /** Path below the folder that was asked for, with "/" and without climbing. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * The regular files of an archive that a container's engine sent, one after the other; each one's content has to be read or left before
 * the next comes. Links, devices and everything else that is no file are passed over, and so are names that climb or
 * are not plain: an archive from a container is made by whatever program ran there.
 *
 * @param strip the name of the folder that was asked for, which engines put before every name; null: keep the names
 * @returns whether the archive was whole; one of files that grow meanwhile may be cut
 */
export async function eachFile(
  archive: Readable,
  strip: string | null,
  take: (file: TarFile) => Promise<void>,
): Promise<{ complete: boolean }> {
  const extract = tar.extract();
  let cut = false;
  archive.on('error', () => {
    cut = true;
    extract.end(null);
  });
  archive.on('aborted', () => {
    cut = true;
    extract.end(null);
  });
  archive.pipe(extract as unknown as NodeJS.WritableStream);
  let entries = 0;
  try {
    for await (const entry of extract) {
      entries += 1;
      if (entries > MOST_ENTRIES)
        throw new AppError('TOO_LARGE', `A folder of the container holds more than ${MOST_ENTRIES} files.`, {
          nextStep: 'Let the program pack its outputs into fewer files.',
          details: { limit: MOST_ENTRIES },
        });
      const { name, type, size } = entry.header;
      const path = type === 'file' ? plainPath(name, strip) : null;
      if (path !== null)
        await take({ path, sizeBytes: size ?? 0, content: entry as AsyncIterable<Uint8Array> });
      entry.resume();
    }
  } catch (error) {
    // Engines break off when a file grows while they pack it; what came until then is as good as ever.
    if (!(error instanceof Error) || !/Unexpected end|premature|aborted/i.test(error.message)) throw error;
    cut = true;
  } finally {
    archive.destroy();
  }
  return { complete: !cut };
}

/** @returns null for a name that is not below the folder */
export function plainPath(name: string, strip: string | null): string | null {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (strip !== null && parts.shift() !== strip) return null;
  const relative = parts.join('/');
  try {
    inside('/', relative);
    return relative;
  } catch {
    return null;
  }
}
