import { describe, expect, it } from 'vitest';
import type { Digest } from '../../contract/ids.ts';
import type { ManifestFile } from '../../kernel/ports/data-store.ts';
import { sampleFiles } from './sample-files.ts';

async function* pagesOf(names: readonly string[], size = 100): AsyncGenerator<ManifestFile[]> {
  for (let at = 0; at < names.length; at += size) {
    yield names
      .slice(at, at + size)
      .map((path) => ({ path, sizeBytes: 1, digest: '0'.repeat(64) as Digest, mode: 0o644 }));
  }
}
const numbered = (count: number, ending: string) =>
  Array.from({ length: count }, (_, index) => `${String(index).padStart(6, '0')}${ending}`);

describe('a sample of a version’s files', () => {
  it('is all of them where they are few', async () => {
    const names = numbered(64, '.png');
    const { files, isWhole } = await sampleFiles(pagesOf(names), 64);
    expect([isWhole, files.map(({ path }) => path)]).toEqual([true, names]);
  });

  it('is spread over many, in their order, and has the rare ones among them', async () => {
    const names = [...numbered(10_000, '.png'), 'about.json', 'zz.csv'];
    const { files, isWhole } = await sampleFiles(pagesOf(names), 64);
    const paths = files.map(({ path }) => path);
    expect(isWhole).toBe(false);
    expect(paths.length).toBeLessThan(120);
    expect(paths).toEqual([...paths].sort());
    expect(paths.slice(-2)).toEqual(['about.json', 'zz.csv']);
    expect(paths.some((path) => path > '009000.png' && path < 'a')).toBe(true);
  });

  it('stays small where every file has an ending of its own', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => `file.${index}`);
    expect((await sampleFiles(pagesOf(names), 64)).files.length).toBeLessThan(130);
  });
});
