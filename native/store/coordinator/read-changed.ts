import { batches, filesToRead, inFlight } from '../pool/batches.ts';
import { MAX_BATCHED_FILE_BYTES } from '../pool/content-storer.ts';
import type { Pool } from '../pool/pool.ts';
import type { FileToRead } from '../pool/pool-messages.ts';
import type { SharedControl } from '../pool/session-control.ts';
import { SectionReader, setDigest } from '../sources/entry-section.ts';
import { allSections, type Sight } from './look-at-sources.ts';
import type { PreviousFiles } from './previous-files.ts';

const DIGEST_BYTES = 32;

/** A file without a digest, and where its digest belongs. */
interface Unread extends FileToRead {
  readonly buffer: Buffer;
  readonly factsAt: number;
  readonly nameBytes: number;
}

/**
 * Read every file whose digest is not known, and fill its digest in. Large files come first, the largest before the others, so that
 * small ones fill the threads' time at the end; small ones go in batches, in the order of their folders.
 */
export async function readChanged(
  pool: Pool,
  sources: readonly { readonly path: string; readonly name: string }[],
  seen: Sight,
  previous: PreviousFiles | null,
  control: SharedControl,
): Promise<void> {
  const unread = () => unreadFiles(sources, seen, previous);
  const isLarge = ({ sizeBytes }: Unread) => sizeBytes > MAX_BATCHED_FILE_BYTES;
  const large: Unread[] = [];
  for (const file of unread()) if (isLarge(file)) large.push(file);
  large.sort((a, b) => b.sizeBytes - a.sizeBytes);
  await inFlight(pool, batches(largeFirst(large, unread())), async (files) => {
    const [first] = files;
    const digests = isLarge(first!)
      ? await pool.run({ kind: 'storeLarge', file: fileToRead(first!) }, control)
      : await pool.run({ kind: 'storeFiles', files: filesToRead(files) }, control);
    for (const [at, { buffer, factsAt, nameBytes }] of files.entries()) {
      const digest = digests.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES);
      setDigest(buffer, factsAt, nameBytes, digest);
    }
  });
}

function* largeFirst(large: readonly Unread[], all: Iterable<Unread>): Generator<Unread> {
  yield* large;
  for (const file of all) if (file.sizeBytes <= MAX_BATCHED_FILE_BYTES) yield file;
}

function fileToRead({ path, sizeBytes, mtimeMs, ctimeMs, ino, similar }: FileToRead): FileToRead {
  return { path, sizeBytes, mtimeMs, ctimeMs, ino, similar: similar && new Uint8Array(similar) };
}

function* unreadFiles(
  sources: readonly { readonly path: string; readonly name: string }[],
  seen: Sight,
  previous: PreviousFiles | null,
): Generator<Unread> {
  for (const { buffer, at } of allSections(seen)) {
    const reader = new SectionReader(buffer, at);
    const { source, path, isSingleFile } = reader.header;
    const { path: root, name: rootName } = sources[source]!;
    const inVersion = [rootName, path].filter((part) => part !== '').join('/');
    const folder = path === '' ? root : `${root}/${path}`;
    while (reader.next()) {
      if (reader.isFolder || reader.hasDigest) continue;
      const { sizeBytes, mtimeMs, ctimeMs, ino, factsAt, nameBytes, name, wasKnown } = reader;
      yield {
        path: isSingleFile ? root : `${folder}/${name}`,
        ...{ sizeBytes, mtimeMs, ctimeMs, ino },
        similar: wasKnown
          ? reader.digest
          : (previous?.find(isSingleFile ? rootName : join(inVersion, name), sizeBytes) ?? null),
        ...{ buffer, factsAt, nameBytes },
      };
    }
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
