import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../../app/contract/ids.ts';
import type { FolderRequest } from '../../../app/kernel/ports/data-store.ts';
import { type TestStore, testStore } from '../../../test/support/data-stores.ts';
import { memoryDataStore } from '../../../test/support/memory-data-store.ts';

/** Folders of very different sizes, one whose name is the beginning of another's, and files between them in the order of paths. */
const paths = [
  ...Array.from({ length: 3000 }, (_, index) => `big/deep/${String(index).padStart(5, '0')}.png`),
  'big-a.txt',
  'big/one.txt',
  ...Array.from({ length: 700 }, (_, index) => `many/${String(index).padStart(3, '0')}/x.bin`),
  'many/readme.md',
  'z.txt',
];

describe('listing a folder of a manifest', { timeout: 60_000 }, () => {
  let at: TestStore;
  let manifest: Digest;
  const memory = memoryDataStore();
  let other: Digest;
  beforeAll(async () => {
    at = testStore();
    const make = async (store: Pick<typeof memory, 'put' | 'putManifest'>) => {
      const small = { digest: await store.put(Buffer.from('12345')), sizeBytes: 5 };
      const large = { digest: await store.put(Buffer.from('1234567890')), sizeBytes: 10 };
      const files = paths.map((path) => ({ path, mode: 0o644, ...(path.endsWith('.png') ? large : small) }));
      return (await store.putManifest(files)).manifest;
    };
    manifest = await make(at.store);
    other = await make(memory);
  });
  afterAll(() => at.remove());

  const ask = (more: Partial<FolderRequest> = {}) =>
    at.store.listFolder(manifest, {
      folder: '',
      offset: 0,
      limit: 100,
      sort: 'name',
      descending: false,
      ...more,
    });

  it('gives folders with what is below them, then files', async () => {
    const page = await ask();
    expect(page).toMatchObject({ total: 4, folders: 2, files: 3704, sizeBytes: 30_000 + 704 * 5 });
    expect(page.entries.map((entry) => (entry.kind === 'file' ? entry.file.path : entry))).toEqual([
      { kind: 'folder', path: 'big/', files: 3001, sizeBytes: 30_005 },
      { kind: 'folder', path: 'many/', files: 701, sizeBytes: 3505 },
      'big-a.txt',
      'z.txt',
    ]);
  });

  it('gives any part of a folder, in the asked order, as the simple store of the tests does', async () => {
    for (const folder of ['', 'big/', 'big/deep/', 'many/', 'many/007/'])
      for (const sort of ['name', 'size', 'files'] as const)
        for (const descending of [false, true])
          for (const offset of [0, 1, 255, 256, 699, 2999, 5000]) {
            const request = { folder, offset, limit: 30, sort, descending };
            expect(await at.store.listFolder(manifest, request), JSON.stringify(request)).toEqual(
              await memory.listFolder(other, request),
            );
          }
  });

  it('says that a folder is not there', async () => {
    await expect(ask({ folder: 'bi/' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(ask({ folder: 'z.txt/' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('gives the difference of two manifests page by page', async () => {
    const files = (await at.store.list(manifest, { offset: 0, limit: 10_000 })).files;
    const renamed = files.map((file) => ({ ...file, path: file.path.replace('big/deep/', 'large/') }));
    const after = (await at.store.putManifest(renamed.filter(({ path }) => path !== 'z.txt'))).manifest;
    const whole = await at.store.compare(manifest, after, { offset: 0, limit: 10_000 });
    expect(whole.counts).toEqual({ added: 0, removed: 1, changed: 0, renamed: 3000 });
    for (const offset of [0, 200, 2990, 3000]) {
      const page = await at.store.compare(manifest, after, { offset, limit: 100 });
      expect(page.renamed).toEqual(whole.renamed.slice(offset, offset + 100));
      expect(page.removed).toEqual(whole.removed.slice(offset, offset + 100));
      expect([page.counts, page.sharedBytes]).toEqual([whole.counts, whole.sharedBytes]);
    }
  });
});
