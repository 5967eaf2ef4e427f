import type { Digest } from '../../../contract/ids.ts';
import { checkOut } from '../../../storage/check-out.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { listCode } from './code-manifest.ts';

/**
 * Write a code snapshot as a folder that its program may change. The folder appears whole and durable, or not at all; what an
 * interrupted call left beside it is replaced by the next.
 *
 * @param folder absolute; it is not there yet or is empty, its parent is there
 * @throws AppError as `checkOut` does
 */
export async function restoreCode({
  objects,
  digest,
  folder,
  signal,
}: {
  readonly objects: ObjectStore;
  readonly digest: Digest;
  readonly folder: string;
  readonly signal?: AbortSignal;
}): Promise<void> {
  await checkOut(objects, await listCode(objects, digest), folder, { folderMode: 0o755, signal });
}
