import path from 'node:path';
import type { Digest } from '../../contract/ids.ts';
import type { DataStore } from '../../kernel/ports/data-store.ts';
import type { Database } from '../../kernel/ports/database.ts';
import { inside, type WorkspaceFolders } from '../../kernel/workspace-folders.ts';

const FILES_AT_A_TIME = 5000;

/**
 * Where this machine may still have good copies of contents: the folders and files that versions were imported from, and their checkouts.
 * Nobody has looked whether they are there or good.
 */
export async function goodCopies(
  {
    database,
    folders,
    store,
  }: { readonly database: Database; readonly folders: WorkspaceFolders; readonly store: DataStore },
  damaged: ReadonlySet<Digest>,
): Promise<{ content: Digest; path: string }[]> {
  const versions = database
    .prepare('SELECT digest, source FROM dataset_versions WHERE purged_at IS NULL ORDER BY created_at DESC')
    .all();
  const copies: { content: Digest; path: string }[] = [];
  for (const version of versions) {
    const manifest = version.digest as Digest;
    const source = String(version.source);
    if (damaged.has(manifest)) {
      // The list of its files can be told from the files, as far as they are all there and the same.
      copies.push({ content: manifest, path: folders.checkout(manifest) });
      if (path.isAbsolute(source)) copies.push({ content: manifest, path: source });
    }
    for (let offset = 0; ; offset += FILES_AT_A_TIME) {
      // A manifest that is damaged itself cannot say where its files came from.
      const page = await store.list(manifest, { offset, limit: FILES_AT_A_TIME }).catch(() => null);
      if (!page) break;
      for (const file of page.files) {
        if (!damaged.has(file.digest)) continue;
        copies.push({ content: file.digest, path: inside(folders.checkout(manifest), file.path) });
        if (!path.isAbsolute(source)) continue;
        copies.push({ content: file.digest, path: inside(source, file.path) });
        if (path.basename(source) === file.path) copies.push({ content: file.digest, path: source });
      }
      if (offset + FILES_AT_A_TIME >= page.total) break;
    }
  }
  return copies;
}
