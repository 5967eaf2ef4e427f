import type { VersionFile } from '../../contract/datasets.contract.ts';
import type { Digest } from '../../contract/ids.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { DataStore, ManifestFile } from '../../kernel/ports/data-store.ts';

const PAGE = 10_000;

/** A file as people see it. */
export function toVersionFile({ path, sizeBytes, digest, mode }: ManifestFile): VersionFile {
  return { path, sizeBytes, digest, executable: (mode & 0o100) !== 0 };
}

/** Every file of a manifest, some at a time: a version may hold millions. */
export async function* manifestPages(
  store: Pick<DataStore, 'list'>,
  manifest: Digest,
  signal?: AbortSignal,
): AsyncGenerator<readonly ManifestFile[]> {
  for (let offset = 0; ; ) {
    signal?.throwIfAborted();
    const { files, total } = await store.list(manifest, { offset, limit: PAGE });
    yield files;
    offset += files.length;
    if (files.length === 0 || offset >= total) return;
  }
}

/** The file of that path. @throws AppError NOT_FOUND */
export async function fileAt(
  store: Pick<DataStore, 'list'>,
  manifest: Digest,
  path: string,
): Promise<ManifestFile> {
  // Of all paths that begin so, the path itself comes first.
  const { files } = await store.list(manifest, { prefix: path, offset: 0, limit: 1 });
  const [file] = files;
  if (file?.path === path) return file;
  throw new AppError('NOT_FOUND', `The version has no file "${path}".`, {
    nextStep: 'Give the path as `lathe data files` shows it.',
    details: { path },
  });
}
