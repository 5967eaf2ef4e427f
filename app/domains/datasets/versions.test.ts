import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataWorkspace } from '../../../test/support/data-workspace.ts';
import type { MemoryDataStore } from '../../../test/support/memory-data-store.ts';
import type { CheckoutResult, DatasetVersion, VerifyResult } from '../../contract/datasets.contract.ts';
import type { Datasets } from './index.ts';

let workspace: DataWorkspace<MemoryDataStore>;
let datasets: Datasets;

beforeEach(() => {
  workspace = DataWorkspace.inMemory();
  datasets = workspace.datasets;
});
afterEach(() => workspace.close());

/** Versions 1 to `count` of the data set `t`. */
async function versions(count: number): Promise<DatasetVersion[]> {
  const made = [];
  for (let number = 1; number <= count; number += 1) {
    made.push((await workspace.load('t', workspace.file('t.csv', `x\n${number}\n`))).version);
  }
  return made;
}
const numberOf = (name: string | number) => datasets.resolve(undefined, 't', name).version;

describe('a version', () => {
  it('follows the one before it and says who made it', async () => {
    const [first, second] = await versions(2);
    expect(first).toMatchObject({ parents: [], author: 'ada', tags: {}, aliases: [], format: 'csv' });
    expect(second!.parents).toEqual([
      { id: first!.id, datasetId: first!.datasetId, datasetName: 't', version: 1 },
    ]);
  });

  it('is named by number, alias, latest or the beginning of its digest', async () => {
    const [, second] = await versions(3);
    datasets.setAlias(undefined, 't', 'best', 'v2');
    expect(
      [2, '2', 'v2', 'best', 'latest', second!.digest, second!.digest.slice(0, 8)].map(numberOf),
    ).toEqual([2, 2, 2, 2, 3, 2, 2]);
  });

  it('that is not there is told with what is meant instead', async () => {
    await versions(1);
    datasets.setAlias(undefined, 't', 'champion', undefined);
    expect(() => numberOf('champoin')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', nextStep: 'Did you mean "t@champion"?' }),
    );
    expect(() => numberOf('nothing')).toThrow(
      expect.objectContaining({ nextStep: 'Its aliases are champion; its latest version is 1.' }),
    );
    expect(() => numberOf('abcdef012345')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => numberOf('v7')).toThrow(expect.objectContaining({ nextStep: 'Its latest version is 1.' }));
  });

  it('is not taken by a beginning that two digests have', async () => {
    const [first, second] = await versions(2);
    const set = (id: string, digest: string) =>
      workspace.core.database.prepare('UPDATE dataset_versions SET digest = ? WHERE id = ?').run(digest, id);
    set(first!.id, `abcdef0${'1'.repeat(57)}`);
    set(second!.id, `abcdef1${'1'.repeat(57)}`);
    expect(() => numberOf('abcdef')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    expect(numberOf('abcdef1')).toBe(2);
  });
});

describe('tags and aliases', () => {
  it('are all that changes of a version, and every change is an event', async () => {
    await versions(2);
    expect(datasets.tag(undefined, 't', 1, { quality: 'gold', reviewed: '' }).tags).toEqual({
      quality: 'gold',
      reviewed: '',
    });
    expect(datasets.tag(undefined, 't', 1, { quality: 'silver' }).tags.quality).toBe('silver');
    expect(datasets.untag(undefined, 't', 1, ['reviewed']).tags).toEqual({ quality: 'silver' });
    expect(datasets.setAlias(undefined, 't', 'best', 1).aliases).toEqual({ best: 1 });
    expect(datasets.setAlias(undefined, 't', 'best', 2).aliases).toEqual({ best: 2 });
    datasets.setAlias(undefined, 't', 'best', 2);
    expect(datasets.resolve(undefined, 't', 1).aliases).toEqual([]);
    expect(datasets.removeAlias(undefined, 't', 'best').aliases).toEqual({});
    expect(datasets.describe(undefined, 't', 'numbers').description).toBe('numbers');
    expect(workspace.kinds().slice(0, 7)).toEqual([
      'dataset.described',
      'dataset.alias-removed',
      'dataset.alias-set',
      'dataset.alias-set',
      'dataset.untagged',
      'dataset.tagged',
      'dataset.tagged',
    ]);
  });

  it('that are not there are not removed', async () => {
    await versions(1);
    datasets.tag(undefined, 't', undefined, { quality: 'gold' });
    expect(() => datasets.untag(undefined, 't', 1, ['quolity'])).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', nextStep: 'Did you mean "quality"?' }),
    );
    expect(() => datasets.removeAlias(undefined, 't', 'best')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  it('come with an import, also with one whose content is a version already', async () => {
    const source = workspace.file('t.csv', 'x\n1\n');
    const made = await workspace.loadWith('t', { tags: { from: 'lab' }, author: 'grace' }, source);
    expect(made.version).toMatchObject({ tags: { from: 'lab' }, author: 'grace' });
    const again = await workspace.loadWith('t', { tags: { seen: 'twice' }, author: 'eve' }, source);
    expect(again).toMatchObject({
      reused: true,
      version: { version: 1, tags: { from: 'lab', seen: 'twice' }, author: 'grace' },
    });
  });
});

describe('deleting a version', () => {
  it('hides it, says what it frees, gives its number to nobody, and can be undone', async () => {
    const [, second] = await versions(2);
    const deleted = await datasets.deleteVersion(undefined, 't', 2);
    expect(deleted).toEqual({ id: second!.id, freesBytes: 4 + (await workspace.store.size(second!.digest)) });
    expect(numberOf('latest')).toBe(1);
    expect(() => numberOf(2)).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        nextStep: `Bring it back: lathe data restore ${second!.id}.`,
      }),
    );
    expect(datasets.versionById(second!.id).version).toBe(2);
    const { version: third } = await workspace.load('t', workspace.file('t.csv', 'x\n3\n'));
    expect(third).toMatchObject({ version: 3, parents: [{ version: 1 }] });
    expect(datasets.restoreVersion(second!.id).version).toBe(2);
    expect(datasets.versions(undefined, 't').map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  it('is undone by importing its content again', async () => {
    const [first] = await versions(2);
    await datasets.deleteVersion(undefined, 't', 1);
    const again = await workspace.load('t', workspace.file('t.csv', 'x\n1\n'));
    expect(again).toMatchObject({ reused: true, version: { id: first!.id, version: 1 } });
    expect(numberOf(1)).toBe(1);
  });

  it('is refused while an alias points at it, and for the only version', async () => {
    await versions(2);
    datasets.setAlias(undefined, 't', 'best', 1);
    await expect(datasets.deleteVersion(undefined, 't', 1)).rejects.toMatchObject({ code: 'IN_USE' });
    await datasets.deleteVersion(undefined, 't', 2);
    datasets.removeAlias(undefined, 't', 'best');
    await expect(datasets.deleteVersion(undefined, 't', 1)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is not undone once its contents were given up, but equal content gets it back', async () => {
    const [first] = await versions(2);
    await datasets.deleteVersion(undefined, 't', 1);
    workspace.core.database.prepare('UPDATE dataset_versions SET purged_at = 1 WHERE id = ?').run(first!.id);
    expect(() => datasets.restoreVersion(first!.id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    await workspace.load('t', workspace.file('t.csv', 'x\n1\n'));
    expect(datasets.restoreVersion(first!.id).version).toBe(1);
  });
});

describe('the files of a version', () => {
  async function folderOf(count: number): Promise<DatasetVersion> {
    for (let index = 0; index < count; index += 1)
      workspace.file(`set/${index % 2 ? 'odd' : 'even'}/${index}.txt`, `${index}`);
    return (await workspace.load('set', workspace.path('set'))).version;
  }

  it('are listed a page at a time, below a folder too', async () => {
    const version = await folderOf(25);
    const page = await datasets.files(version, { offset: 20, limit: 10 });
    expect(page.total).toBe(25);
    expect(page.files).toHaveLength(5);
    const odd = await datasets.files(version, { prefix: 'odd/', offset: 0, limit: 2 });
    expect([odd.total, odd.files.map((file) => file.path)]).toEqual([12, ['odd/1.txt', 'odd/11.txt']]);
  });

  it('are read piece by piece by their whole path only', async () => {
    const version = await folderOf(12);
    const file = await datasets.openFile(version, 'odd/11.txt');
    expect(Buffer.from(await file.read(1, 10)).toString()).toBe('1');
    for (const wrong of ['odd/1', 'odd', '../odd/1.txt', '/etc/passwd']) {
      await expect(datasets.openFile(version, wrong)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('are compared with those of the version before', async () => {
    await folderOf(4);
    fs.renameSync(workspace.path('set/odd/1.txt'), workspace.path('set/moved.txt'));
    fs.rmSync(workspace.path('set/odd/3.txt'));
    workspace.file('set/new.txt', 'new');
    workspace.file('set/even/0.txt', 'other');
    const { version } = await workspace.load('set', workspace.path('set'));
    const diff = await datasets.diff(datasets.versionBefore(version), version, { offset: 0, limit: 10 });
    expect(diff.counts).toEqual({ added: 1, removed: 1, changed: 1, renamed: 1 });
    expect(diff.renamed[0]).toMatchObject({ before: { path: 'odd/1.txt' }, after: { path: 'moved.txt' } });
    expect(diff.changed[0]!.after).toMatchObject({ path: 'even/0.txt', sizeBytes: 5, executable: false });
    expect(() => datasets.versionBefore(diff.before)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('are written into a folder of the user, but never into the workspace', async () => {
    const version = await folderOf(3);
    const folder = workspace.path('out');
    const job = datasets.checkoutTo(version, { folder, prefix: 'even/', existing: 'refuse' });
    const { result } = await workspace.core.jobs.ended(job.id);
    expect(result as CheckoutResult).toMatchObject({ folder, written: 2, version: { version: 1 } });
    expect(fs.readdirSync(path.join(folder, 'even')).sort()).toEqual(['0.txt', '2.txt']);
    for (const wrong of ['out', workspace.folder, path.join(workspace.core.folders.root, 'out')]) {
      expect(() => datasets.checkoutTo(version, { folder: wrong, prefix: '', existing: 'update' })).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT' }),
      );
    }
  });

  it('may share the bytes of the folder that a run has read, once it is there', async () => {
    const version = await folderOf(3);
    const checkOut = vi.spyOn(workspace.store, 'checkout');
    const twinOf = async (folder: string) => {
      const job = datasets.checkoutTo(version, {
        folder: workspace.path(folder),
        prefix: '',
        existing: 'refuse',
      });
      await workspace.core.jobs.ended(job.id);
      return checkOut.mock.lastCall![0].twin;
    };
    expect(await twinOf('before')).toBeUndefined();
    const sealed = await datasets.checkout(version);
    expect(checkOut.mock.lastCall![0].twin).toBeUndefined();
    expect(await twinOf('after')).toBe(sealed);
    await datasets.checkouts.remove(version.digest);
    expect(await twinOf('later')).toBeUndefined();
  });

  it('that are damaged are told with the versions that they harm', async () => {
    const version = await folderOf(4);
    const other = (await workspace.load('single', workspace.file('3.txt', '3'))).version;
    const { files } = await datasets.files(version, { prefix: 'odd/3', offset: 0, limit: 1 });
    workspace.store.damage(files[0]!.digest);
    const verify = async (...which: DatasetVersion[]) =>
      (await workspace.core.jobs.ended(datasets.verify(which, 'Verify').id)).result as VerifyResult;
    expect((await verify(version, other)).damaged).toMatchObject([
      {
        kind: 'object',
        versions: [
          { datasetName: 'set', files: 1, examples: ['odd/3.txt'] },
          { datasetName: 'single', files: 1, examples: ['3.txt'] },
        ],
      },
    ]);
    workspace.store.damage(other.digest);
    expect((await verify(other)).damaged.flatMap(({ versions: harmed }) => harmed)).toMatchObject([
      { datasetName: 'single', files: 1 },
      { datasetName: 'single', files: 1 },
    ]);
  });
});
