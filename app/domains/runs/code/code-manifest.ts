import { z } from 'zod';
import { type Digest, digest } from '../../../contract/ids.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';

export const PLAIN_MODE = 0o644;
export const EXECUTABLE_MODE = 0o755;

const codeFile = z.object({
  /** Relative to the code folder, with `/`. */
  path: z.string(),
  mode: z.literal([PLAIN_MODE, EXECUTABLE_MODE]),
  sizeBytes: z.number().int().nonnegative(),
  digest,
});
export type CodeFile = z.infer<typeof codeFile>;

const codeManifest = z.object({ version: z.literal(1), files: z.array(codeFile) });

/** The list of a snapshot's files as bytes; equal code has equal bytes and with them an equal digest. */
export function encodeCodeManifest(files: readonly CodeFile[]): Uint8Array {
  const sorted = files
    .map(({ path, mode, sizeBytes, digest }) => ({ path, mode, sizeBytes, digest }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return new TextEncoder().encode(JSON.stringify({ version: 1, files: sorted }));
}

/** The files of a snapshot, sorted by path. @throws AppError STORAGE_FAILED if the object is missing */
export async function listCode(
  objects: Pick<ObjectStore, 'read' | 'size'>,
  digest: Digest,
): Promise<CodeFile[]> {
  const bytes = await objects.read(digest, 0, objects.size(digest));
  return codeManifest.parse(JSON.parse(new TextDecoder().decode(bytes))).files;
}
