import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noise, type TestStore, testStore } from '../../../test/support/data-stores.ts';

let at: TestStore;
beforeEach(() => {
  at = testStore();
});
afterEach(() => at.remove());

const LONG_AGO = new Date('2020-01-01');
/** Nothing was touched lately, so that times can be trusted. */
function age(folder: string): void {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    fs.utimesSync(path.join(entry.parentPath, entry.name), LONG_AGO, LONG_AGO);
  }
}
/** Inode times cannot be set: wait until they are old enough to be trusted. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 2100));
const names = async (request: { manifest: Parameters<TestStore['files']>[0] }) =>
  (await at.files(request.manifest)).map((file) => file.path);

describe('a source that was stored before', () => {
  it('is not read again while sizes, times and inodes say that nothing changed', async () => {
    const source = at.write('source', { a: 'one', 'b/c': noise(400_000), 'b/d': '' });
    age(source);
    await settled();
    const first = await at.take(source, { memory: 'it' });
    expect(first.readBytes).toBe(400_003);
    expect(await at.take(source, { memory: 'it' })).toEqual({ ...first, readBytes: 0, addedBytes: 0 });
    at = await at.reopen();
    expect(await at.take(source, { memory: 'it' })).toEqual({ ...first, readBytes: 0, addedBytes: 0 });
    expect((await at.take(source, { memory: 'it', rehash: true })).readBytes).toBe(400_003);
    expect((await at.take(source, { memory: 'another' })).readBytes).toBe(400_003);
  });

  it('is read only where it changed', async () => {
    const source = at.write('source', { a: 'one', 'b/c': 'two', 'b/d': 'three' });
    age(source);
    await settled();
    await at.take(source, { memory: 'it' });
    fs.writeFileSync(path.join(source, 'b/c'), 'TWO');
    fs.utimesSync(path.join(source, 'b/c'), LONG_AGO, LONG_AGO);
    const changed = await at.take(source, { memory: 'it' });
    expect(changed.readBytes).toBe(3);
    expect(changed.manifest).toBe((await at.take(source)).manifest);
    fs.rmSync(path.join(source, 'a'));
    fs.writeFileSync(path.join(source, 'b/e'), 'five!');
    const moved = await at.take(source, { memory: 'it' });
    expect([await names(moved), moved.manifest]).toEqual([
      ['b/c', 'b/d', 'b/e'],
      (await at.take(source)).manifest,
    ]);
  });

  it("shows a name that came, went or changed, whatever the folder's times were set to", async () => {
    const source = at.write('source', { 'a/one': '1', 'a/two': '2', b: '3' });
    age(source);
    await settled();
    await at.take(source, { memory: 'it' });
    fs.renameSync(path.join(source, 'a/two'), path.join(source, 'a/too'));
    fs.utimesSync(path.join(source, 'a'), LONG_AGO, LONG_AGO);
    expect(await names(await at.take(source, { memory: 'it' }))).toEqual(['a/one', 'a/too', 'b']);
  });

  it('may be chosen from by other patterns than before', async () => {
    const source = at.write('source', { 'a/one.csv': '1', 'a/two.txt': '2', 'b/three.csv': '3' });
    age(source);
    await settled();
    await at.take(source, { memory: 'it', include: ['*.csv'], exclude: ['b/'] });
    const all = await at.take(source, { memory: 'it' });
    expect([await names(all), all.readBytes]).toEqual([['a/one.csv', 'a/two.txt', 'b/three.csv'], 2]);
    const fewer = await at.take(source, { memory: 'it', exclude: ['*.csv'] });
    expect([await names(fewer), fewer.readBytes]).toEqual([['a/two.txt'], 0]);
  });

  it('is read again where it was touched too lately for its times to tell', async () => {
    const source = at.write('source', { a: 'one' });
    const first = await at.take(source, { memory: 'it' });
    const now = fs.statSync(path.join(source, 'a'));
    fs.writeFileSync(path.join(source, 'a'), 'ONE');
    fs.utimesSync(path.join(source, 'a'), now.atime, now.mtime);
    const second = await at.take(source, { memory: 'it' });
    expect([second.readBytes, second.manifest === first.manifest]).toEqual([3, false]);
  });

  it('is not trusted to what is damaged, or was remembered of contents that may have gone', async () => {
    const source = at.write('source', { a: 'one' });
    await settled();
    const first = await at.take(source, { memory: 'it' });
    const [memory] = fs.readdirSync(path.join(at.workspace, 'cache/sources'));
    const file = path.join(at.workspace, 'cache/sources', memory!);
    const bytes = fs.readFileSync(file);
    bytes[bytes.length - 40]! ^= 1;
    fs.writeFileSync(file, bytes);
    expect((await at.take(source, { memory: 'it' })).readBytes).toBe(3);
    expect((await at.take(source, { memory: 'it' })).readBytes).toBe(0);
    await at.store.collect({ roots: { manifests: [], contents: [] }, graceMs: 0, dryRun: false });
    expect(await at.store.has(first.manifest)).toBe(false);
    const again = await at.take(source, { memory: 'it' });
    expect([again.readBytes, await at.store.has(again.manifest)]).toEqual([3, true]);
  });

  it('goes on from a name that its files had before to another', async () => {
    const source = at.write('source', { a: 'one' });
    await settled();
    await at.take(source, { memory: 'it' });
    const request = { sources: [{ path: source, name: 'under' }], memory: 'it', rehash: false };
    const renamed = await at.store.storeTree(request);
    expect([await names(renamed), renamed.readBytes]).toEqual([['under/a'], 0]);
  });
});

describe('a source that cannot be taken as it is', () => {
  it.each([
    ['a link to a file', (folder: string) => fs.symlinkSync('a', path.join(folder, 'bad'))],
    ['a link to a folder', (folder: string) => fs.symlinkSync('.', path.join(folder, 'bad'))],
    ['a link to nowhere', (folder: string) => fs.symlinkSync('nowhere', path.join(folder, 'bad'))],
    ['a pipe', (folder: string) => execFileSync('mkfifo', [path.join(folder, 'bad')])],
    ['a device', (folder: string) => execFileSync('mknod', [path.join(folder, 'bad'), 'c', '1', '3'])],
  ])('is refused for %s, and named', async (_what, make) => {
    const source = at.write('source', { a: 'one', 'b/c': 'two' });
    try {
      make(path.join(source, 'b'));
    } catch {
      return console.log('skipped: this user may not make devices');
    }
    const bad = path.join(source, 'b', 'bad');
    await expect(at.take(source)).rejects.toMatchObject({ code: 'PATH_UNREADABLE', details: { path: bad } });
    // What is left out is not looked at.
    expect(
      await names(
        await at.take(source, { exclude: ['bad'] }).catch(() => at.take(source, { exclude: ['b/'] })),
      ),
    ).toContain('a');
  });

  it('is refused for a socket', async () => {
    const source = at.write('source', { a: 'one' });
    const server = net.createServer().listen(path.join(source, 'bad'));
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(at.take(source)).rejects.toMatchObject({
      code: 'PATH_UNREADABLE',
      details: { kind: 'a socket' },
    });
    server.close();
  });

  it('is refused for names that other machines could not have', async () => {
    const source = at.write('source', { a: 'one' });
    fs.writeFileSync(Buffer.concat([Buffer.from(`${source}/caf`), Buffer.from([0xe9])]), 'x');
    await expect(at.take(source)).rejects.toMatchObject({
      code: 'PATH_UNREADABLE',
      message: expect.stringContaining('UTF-8'),
    });
    const backslash = at.write('backslash', { 'a\\b': 'x' });
    await expect(at.take(backslash)).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
    const odd = { '\uFFFD': '1', ' ': '2', 'a\nb': '3', ü: '4', '😀': '5', '\uFF00': '6', '-rf': '7' };
    const { manifest } = await at.take(at.write('odd', odd));
    expect(await names({ manifest })).toEqual(Object.keys(odd).sort());
  });

  it('is refused for a file that this user may not read', async () => {
    const source = at.write('source', { a: 'one', secret: 'two' });
    fs.chmodSync(path.join(source, 'secret'), 0);
    if (process.getuid?.() === 0) return console.log('skipped: root may read everything');
    await expect(at.take(source)).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
  });

  it('is refused if it is not there, is a link itself, holds nothing, or holds the workspace', async () => {
    await expect(at.take(at.path('nowhere'))).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    const source = at.write('source', { a: 'one' });
    fs.symlinkSync(source, at.path('link'));
    await expect(at.take(at.path('link'))).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
    fs.mkdirSync(at.path('empty/er'), { recursive: true });
    await expect(at.take(at.path('empty'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    for (const folder of [at.folder, at.workspace, path.join(at.workspace, 'objects')]) {
      await expect(at.take(folder)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { path: folder },
      });
    }
    fs.symlinkSync(at.folder, at.path('around'));
    await expect(at.take(`${at.path('around')}/.`)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a file that changes while it is read', () => {
  it.each([
    ['grows', (file: string) => fs.appendFileSync(file, 'more')],
    ['shrinks', (file: string) => fs.truncateSync(file, 10)],
    [
      'is replaced',
      (file: string) => {
        fs.writeFileSync(`${file}.new`, noise(fs.statSync(file).size, 7));
        fs.renameSync(`${file}.new`, file);
      },
    ],
    ['goes', (file: string) => fs.rmSync(file)],
    [
      'becomes a link',
      (file: string) => {
        fs.rmSync(file);
        fs.symlinkSync('/etc/hostname', file);
      },
    ],
  ])('is told, and nothing becomes visible, when it %s', async (_what, change) => {
    // Many files before it give the change time to happen between looking and reading.
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`a${n}`, noise(8_000_000 - n, n + 1)]),
    );
    const source = at.write('source', { ...files, victim: noise(5_000_000) });
    let changed = false;
    const storing = at.store.storeTree(
      { sources: [{ path: source, name: '' }], memory: 'it', rehash: false },
      {
        onProgress({ phase }) {
          if (changed || phase !== 'storing') return;
          changed = true;
          change(path.join(source, 'victim'));
        },
      },
    );
    const result = await storing.catch((error: unknown) => error);
    if (!changed || 'manifest' in (result as object))
      return console.log('skipped: it was read before it changed');
    expect((result as { code: string }).code).toMatch(/^(CONFLICT|PATH_NOT_FOUND|PATH_UNREADABLE)$/);
    expect((result as Error).message).toContain('victim');
    expect(fs.existsSync(path.join(at.workspace, 'cache/sources'))).toBe(false);
  });
});
