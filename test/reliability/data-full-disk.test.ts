import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../app/kernel/app-error.ts';
import { noise, type TestStore, testStore } from '../support/data-stores.ts';
import { DataWorkspace } from '../support/data-workspace.ts';
import { smallDisk } from '../support/small-disk.ts';
import {
  differences,
  faultsOf,
  laterFiles,
  readVersion,
  someFiles,
  writeFolder,
} from '../support/store-worlds.ts';

const disk = smallDisk(24);
afterAll(() => disk?.remove());

const FULL = { code: 'DISK_FULL', nextStep: expect.stringContaining('Free some space') };
const empty = () => fs.rmSync(path.join(disk!.folder, 'filler'), { force: true });

describe.skipIf(!disk)('a store on a disk that is full', { timeout: 120_000 }, () => {
  const first = someFiles(11);
  const second = laterFiles(first, 12);
  let at: TestStore;
  let elsewhere: TestStore;

  beforeEach(() => {
    at = testStore(path.join(disk!.folder, 'store'));
    elsewhere = testStore();
  });
  afterEach(async () => {
    empty();
    await at.remove();
    await elsewhere.remove();
  });

  it('says so when files are taken in, keeps what it had, and goes on when there is room', async () => {
    const source = writeFolder(elsewhere.path('source'), first);
    const { manifest } = await at.take(source, { memory: 'source' });
    const known = new Map([[manifest, first]]);
    writeFolder(source, second);
    disk!.fill();
    await expect(at.take(source, { memory: 'source' })).rejects.toMatchObject(FULL);
    await expect(at.store.put(noise(300_000, 5))).rejects.toMatchObject(FULL);
    expect(await readVersion(at, manifest)).toEqual(first);
    empty();
    expect(await faultsOf(at, known)).toEqual([]);
    const taken = await at.take(source, { memory: 'source' });
    expect(await faultsOf(at, known.set(taken.manifest, second))).toEqual([]);
  });

  it('says so in the middle of an import too, and uses what was stored until then', async () => {
    const files = { one: noise(6_000_000, 1), two: noise(6_000_000, 5), three: noise(6_000_000, 7) };
    const source = elsewhere.write('source', files);
    fs.writeFileSync(path.join(disk!.folder, 'filler'), Buffer.alloc(12_000_000));
    await expect(at.take(source)).rejects.toMatchObject(FULL);
    expect(fs.readdirSync(at.packs).filter((name) => !name.endsWith('.pack'))).toEqual([]);
    empty();
    expect(await at.store.verify({ manifests: [], contents: [] })).toEqual([]);
    const { manifest } = await at.take(source);
    expect(await faultsOf(at, new Map([[manifest, files]]))).toEqual([]);
  });

  it('collects garbage all the same, or says so, and loses nothing', async () => {
    const source = writeFolder(elsewhere.path('source'), first);
    await at.take(source);
    writeFolder(source, second);
    const { manifest } = await at.take(source);
    const known = new Map([[manifest, second]]);
    const collect = () =>
      at.store.collect({ roots: { manifests: [manifest], contents: [] }, graceMs: 0, dryRun: false });
    disk!.fill();
    const collected = await collect().catch((error) => error);
    if (collected instanceof Error) expect(collected).toMatchObject(FULL);
    expect(await readVersion(at, manifest)).toEqual(second);
    empty();
    expect(await faultsOf(at, known)).toEqual([]);
    await collect();
    expect(await faultsOf(at, known)).toEqual([]);
  });

  it('is no matter to the store if it is another disk that a version is written to', async () => {
    const { manifest } = await elsewhere.take(writeFolder(elsewhere.path('source'), first));
    const folder = path.join(disk!.folder, 'out');
    const checkout = (existing: 'refuse' | 'update') =>
      elsewhere.store.checkout({ manifest, folder, sealed: false, existing });
    disk!.fill();
    const filler = fs.openSync(path.join(disk!.folder, 'filler'), 'r+');
    fs.ftruncateSync(filler, fs.fstatSync(filler).size - 800_000);
    fs.closeSync(filler);
    await expect(checkout('refuse')).rejects.toMatchObject({
      ...FULL,
      message: expect.stringContaining(folder),
    });
    empty();
    await checkout('update');
    expect(differences(folder, first)).toEqual([]);
    expect(await faultsOf(elsewhere, new Map([[manifest, first]]))).toEqual([]);
    fs.rmSync(folder, { recursive: true });
  });
});

describe.skipIf(!disk)('a table on a disk that is full', { timeout: 120_000 }, () => {
  it('is not made, the import says so, and nothing of it is to be seen until there is room', async () => {
    const on = DataWorkspace.at(path.join(disk!.folder, 'data/workspace'));
    const random = noise(4 * 200_000, 4);
    const rows = Array.from({ length: 200_000 }, (_, row) => `${row},${random.readUInt32LE(row * 4)}`);
    const source = testStore();
    const file = path.join(
      source.write('tables', { 'numbers.csv': `id,value\n${rows.join('\n')}\n` }),
      'numbers.csv',
    );
    try {
      const { version } = await on.load('first', on.file('small.csv', 'a,b\n1,2\n3,4\n'));
      disk!.fill();
      const refused = await on.failureOf('numbers', file).catch((error: AppError) => error);
      expect(refused).toMatchObject({ code: 'DISK_FULL' });
      // Room for what is stored, and not for the table beside it.
      const filler = fs.openSync(path.join(disk!.folder, 'filler'), 'r+');
      fs.ftruncateSync(filler, fs.fstatSync(filler).size - 2_400_000);
      fs.closeSync(filler);
      const ended = await on.end('numbers', { kind: 'paths', paths: [file] });
      if (ended.failure) expect(ended.failure).toMatchObject({ code: 'DISK_FULL' });
      const tables = path.join(on.core.folders.cache, 'tables');
      expect(fs.readdirSync(tables).filter((name) => name.includes('.part'))).toEqual([]);
      expect((await on.datasets.preview(version, 0, 10)).rows).toHaveLength(2);
      empty();
      const { version: numbers } = await on.load('numbers', file);
      expect((await on.datasets.preview(numbers, 199_999, 1)).rows).toEqual([
        [199_999, random.readUInt32LE(199_999 * 4)],
      ]);
    } finally {
      empty();
      await on.close();
      await source.remove();
    }
  });
});
