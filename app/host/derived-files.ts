import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../contract/ids.ts';
import type { DerivedFiles } from '../domains/storage/index.ts';
import type { WorkspaceFolders } from '../kernel/workspace-folders.ts';
import { folderSize } from '../storage/folder-size.ts';

interface DerivedParts {
  readonly folders: WorkspaceFolders;
  readonly checkouts: { list(): Promise<Digest[]>; remove(digest: Digest): Promise<void> };
  /** Whether runs are active, which may read any checkout. */
  readonly busy: () => boolean;
}

/** What lies in the workspace's cache by its kinds; environments of programs are removed where targets are looked after. */
export function derivedFiles({ folders, checkouts, busy }: DerivedParts): DerivedFiles[] {
  const tables = path.dirname(folders.table('0'.repeat(64) as Digest));
  const sources = ['sources', 'checkouts-elsewhere'].map((name) => path.join(folders.cache, name));
  const known = new Set([tables, folders.checkouts, ...sources]);
  const sizes = async (all: readonly string[]) =>
    (await Promise.all(all.map(folderSize))).reduce((sum, bytes) => sum + bytes, 0);
  const others = async () =>
    (await namesIn(folders.cache))
      .map((name) => path.join(folders.cache, name))
      .filter((each) => !known.has(each));
  return [
    {
      kind: 'tables',
      bytes: () => folderSize(tables),
      clear: () => empty(tables, (name) => name.endsWith('.parquet')),
    },
    {
      kind: 'checkouts',
      bytes: () => folderSize(folders.checkouts),
      async clear() {
        if (busy()) return;
        for (const digest of await checkouts.list()) await checkouts.remove(digest);
      },
    },
    {
      kind: 'sources',
      bytes: () => sizes(sources),
      async clear() {
        for (const folder of sources) await empty(folder, () => true);
      },
    },
    // Each has an owner that makes it, keeps it small or removes it: it is shown, not touched.
    { kind: 'other', bytes: async () => sizes(await others()), clear: async () => {} },
  ];
}

async function empty(folder: string, goes: (name: string) => boolean): Promise<void> {
  for (const name of (await namesIn(folder)).filter(goes)) {
    await fs.promises.rm(path.join(folder, name), { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return fs.promises.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
