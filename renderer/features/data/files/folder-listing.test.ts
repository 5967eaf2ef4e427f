import { describe, expect, it } from 'vitest';
import type { VersionFile } from '../../../../app/contract/datasets.contract.ts';
import { type ReadFiles, readFolder } from './folder-listing.ts';

function version(paths: readonly string[]): { readonly read: ReadFiles; readonly calls: () => number } {
  let calls = 0;
  const files = paths
    .toSorted()
    .map((path) => ({ path, sizeBytes: 1, executable: false, digest: '0'.repeat(64) }) as VersionFile);
  return {
    calls: () => calls,
    read: async (prefix, offset, limit) => {
      calls += 1;
      const below = files.filter(({ path }) => path.startsWith(prefix));
      return { files: below.slice(offset, offset + limit), total: below.length };
    },
  };
}

const words = (page: Awaited<ReturnType<typeof readFolder>>) =>
  page.entries.map((entry) => (entry.kind === 'file' ? entry.name : `${entry.name}/ ${entry.files}`));

describe('listing a folder of a version', () => {
  it('gives its files and the folders in it', async () => {
    const { read } = version(['a/1', 'a/2', 'a.txt', 'b/c/1', 'b/d', 'z']);
    expect(words(await readFolder(read, '', 0))).toEqual(['a.txt', 'a/ 2', 'b/ 2', 'z']);
    expect(words(await readFolder(read, 'b/', 0))).toEqual(['c/ 1', 'd']);
  });

  it('passes over what lies in a large folder', async () => {
    const large = Array.from({ length: 5000 }, (_, index) => `m/${String(index).padStart(5, '0')}`);
    const { read, calls } = version(['a', ...large, 'z']);
    expect(words(await readFolder(read, '', 0))).toEqual(['a', 'm/ 5000', 'z']);
    expect(calls()).toBe(3);
  });

  it('goes on where it stopped in a folder of very many files', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => `f${String(index).padStart(5, '0')}`);
    const { read } = version(many);
    const first = await readFolder(read, '', 0);
    expect([first.entries.length, first.nextOffset]).toEqual([1000, 1000]);
    const last = await readFolder(read, '', 2000);
    expect([last.entries.length, last.nextOffset]).toEqual([500, null]);
  });
});
