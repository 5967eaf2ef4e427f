import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../../app/contract/ids.ts';
import type { CheckoutRequest } from '../../../app/kernel/ports/data-store.ts';
import { filesBelow, noise, type TestStore, testStore } from '../../../test/support/data-stores.ts';

let at: TestStore;
beforeEach(() => {
  at = testStore();
});
afterEach(() => at.remove());

type Files = Record<string, string | Buffer>;
async function version(name: string, files: Files): Promise<Digest> {
  return (await at.take(at.write(name, files))).manifest;
}
const out = (name = '') => path.join(at.path('out'), name);
const checkOut = (manifest: Digest, request: Partial<CheckoutRequest> = {}) =>
  at.store.checkout({ manifest, folder: out(), sealed: false, existing: 'refuse', ...request });
const there = () =>
  Object.fromEntries(Object.entries(filesBelow(out())).map(([name, bytes]) => [name, bytes.toString()]));

describe('a version that is written out', () => {
  it('has its files, with their modes, in a folder that is made for it', async () => {
    const files: Files = {
      'a/b/c': 'deep',
      empty: '',
      tool: '#!',
      big: noise(40_000_000),
      'a/mid': noise(700_000),
    };
    const source = at.write('source', files);
    fs.chmodSync(path.join(source, 'tool'), 0o755);
    const { manifest, sizeBytes } = await at.take(source);
    const result = await checkOut(manifest);
    expect(result).toEqual({ written: 5, removed: 0, unchanged: 0, writtenBytes: sizeBytes });
    const found = filesBelow(out());
    expect(Object.keys(found).sort()).toEqual(Object.keys(files).sort());
    for (const [name, content] of Object.entries(files)) {
      expect([name, Buffer.from(content).equals(found[name]!)]).toEqual([name, true]);
    }
    expect(['tool', 'empty'].map((name) => fs.statSync(out(name)).mode & 0o111)).toEqual([0o111, 0]);
    expect((await at.take(out())).manifest).toBe(manifest);
  });

  it('is only what begins with a prefix, if that is asked for', async () => {
    const manifest = await version('source', { 'train/1': '1', 'train/2': '2', 'train.txt': '3', test: '4' });
    await checkOut(manifest, { prefix: 'train/' });
    expect(there()).toEqual({ 'train/1': '1', 'train/2': '2' });
  });

  it('is read-only and flushed if it is sealed', async () => {
    const manifest = await version('source', { 'a/b': 'x', c: 'y' });
    await checkOut(manifest, { sealed: true });
    expect(['a/b', 'c'].map((name) => fs.statSync(out(name)).mode & 0o777)).toEqual([0o444, 0o444]);
    expect(['', 'a'].map((name) => fs.statSync(out(name)).mode & 0o777)).toEqual([0o555, 0o555]);
  });

  it('is never written over something, nor through a link', async () => {
    const manifest = await version('source', { 'a/b': 'x' });
    fs.mkdirSync(out(), { recursive: true });
    fs.writeFileSync(out('mine'), 'mine');
    await expect(checkOut(manifest)).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      details: { path: out() },
    });
    fs.rmSync(out('mine'));
    const elsewhere = at.write('elsewhere', { keep: 'me' });
    fs.symlinkSync(elsewhere, out('a'));
    for (const existing of ['update', 'overwrite'] as const) {
      await expect(checkOut(manifest, { existing })).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
    }
    expect(fs.readdirSync(elsewhere)).toEqual(['keep']);
  });

  it('is refused if its manifest leads outside, or is none', async () => {
    const digest = await at.store.put(Buffer.from('x'));
    for (const name of ['../evil', '/tmp/evil', 'a/../../evil', 'a\\..\\evil']) {
      const text = JSON.stringify({ files: [{ path: name, sizeBytes: 1, digest }] });
      const manifest = await at.store.put(Buffer.from(text));
      await expect(checkOut(manifest)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    const nonsense = await at.store.put(Buffer.from('no manifest at all'));
    await expect(checkOut(nonsense)).rejects.toMatchObject({ code: 'DATA_MALFORMED' });
    expect(fs.existsSync(at.path('evil'))).toBe(false);
  });
});

describe('a folder that is brought up to date', () => {
  const one: Files = { same: '1', changed: 'old', gone: 'x', 'dir/only': 'y', big: noise(20_000_000) };
  const two: Files = { same: '1', changed: 'new!', fresh: 'z', big: noise(20_000_000), 'other/one': 'w' };

  it('has only what differs touched, and folders that are empty then are gone', async () => {
    await checkOut(await version('one', one));
    const before = ['same', 'big'].map((name) => fs.statSync(out(name)));
    const result = await checkOut(await version('two', two), { existing: 'update' });
    expect(result).toEqual({ written: 3, removed: 2, unchanged: 2, writtenBytes: 6 });
    expect(Object.keys(there()).sort()).toEqual(Object.keys(two).sort());
    expect(there().changed).toBe('new!');
    expect(fs.existsSync(out('dir'))).toBe(false);
    const after = ['same', 'big'].map((name) => fs.statSync(out(name)));
    expect(after.map(({ ino, mtimeMs }) => [ino, mtimeMs])).toEqual(
      before.map(({ ino, mtimeMs }) => [ino, mtimeMs]),
    );
    const again = await checkOut(await version('two', two), { existing: 'update' });
    expect(again).toEqual({ written: 0, removed: 0, unchanged: 5, writtenBytes: 0 });
    const back = await checkOut(await version('one', one), { existing: 'update' });
    expect(back).toMatchObject({ written: 3, removed: 2, unchanged: 2 });
  });

  it.each([
    ['a changed file', () => fs.writeFileSync(out('changed'), 'mine')],
    ['a changed file of the same size', () => fs.writeFileSync(out('changed'), 'OLD')],
    ['a changed file that the version has not', () => fs.writeFileSync(out('gone'), 'X')],
    ['a new file', () => fs.writeFileSync(out('dir/mine'), 'mine')],
  ])('keeps %s of the user: nothing at all is touched', async (_what, change) => {
    await checkOut(await version('one', one));
    change();
    const before = there();
    const manifest = await version('two', two);
    await expect(checkOut(manifest, { existing: 'update' })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(there()).toEqual(before);
    await checkOut(manifest, { existing: 'overwrite' });
    expect((await at.take(out())).manifest).toBe(manifest);
  });

  it('may have been made by hand, as far as it is the same', async () => {
    const source = at.write('out', { same: '1', fresh: 'z' });
    const manifest = await version('two', two);
    expect(await checkOut(manifest, { folder: source, existing: 'update' })).toMatchObject({
      written: 3,
      removed: 0,
      unchanged: 2,
    });
  });

  it('gets back the mode of a file', async () => {
    const manifest = await version('one', one);
    await checkOut(manifest);
    fs.chmodSync(out('same'), 0o755);
    expect(await checkOut(manifest, { existing: 'update' })).toMatchObject({ written: 1, unchanged: 4 });
    expect(fs.statSync(out('same')).mode & 0o111).toBe(0);
  });

  it('goes on after it was cut short', async () => {
    await checkOut(await version('one', one));
    // As a kill in the middle leaves it: some files are written, others are gone, one is half there.
    fs.rmSync(out('gone'));
    fs.writeFileSync(out('fresh'), 'z');
    // What was just cloned from a sealed folder is as read-only as it was there.
    fs.chmodSync(out('fresh'), 0o444);
    const manifest = await version('two', two);
    expect(await checkOut(manifest, { existing: 'update' })).toMatchObject({ written: 2, unchanged: 3 });
    expect((await at.take(out())).manifest).toBe(manifest);
    expect(fs.statSync(out('fresh')).mode & 0o200).toBe(0o200);
  });
});

describe('a checkout that was interrupted', { timeout: 120_000 }, () => {
  const files: Files = { 'a/one': 'first', two: 'second', three: 'third', big: noise(20_000_000) };
  /** As a kill leaves it: it is noted what was being written, and files are there in part. */
  async function interrupt(manifest: Digest, left: () => void, prefix = ''): Promise<void> {
    await checkOut(manifest, { prefix });
    const notes = at.path('workspace/cache/checkouts-elsewhere');
    const [memory] = fs.readdirSync(notes);
    fs.renameSync(path.join(notes, memory!), path.join(notes, `${memory}.unfinished`));
    fs.writeFileSync(path.join(notes, `${memory}.unfinished`), JSON.stringify({ manifest, prefix }));
    left();
    at = await at.reopen();
  }

  it('goes on where the same is asked for again, and takes nothing for whole that it has not read', async () => {
    const manifest = await version('source', files);
    await interrupt(manifest, () => {
      fs.rmSync(out('a'), { recursive: true });
      fs.writeFileSync(out('two'), 'sec');
      // As a power cut leaves them: as long as they should be, without all of their bytes.
      fs.writeFileSync(out('three'), 'th\0\0\0');
      const big = fs.openSync(out('big'), 'r+');
      fs.writeSync(big, Buffer.alloc(70_000), 0, 70_000, 9_000_000);
      fs.closeSync(big);
    });
    expect(await checkOut(manifest)).toMatchObject({ written: 4, unchanged: 0 });
    expect((await at.take(out())).manifest).toBe(manifest);
    // Now it is there, and is not to be written over.
    await expect(checkOut(manifest)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(fs.readdirSync(at.path('workspace/cache/checkouts-elsewhere'))).toHaveLength(1);
  });

  it('writes nothing twice', async () => {
    const manifest = await version('source', files);
    await interrupt(manifest, () => fs.rmSync(out('two')));
    expect(await checkOut(manifest)).toMatchObject({ written: 1, unchanged: 3, writtenBytes: 6 });
  });

  it.each([
    ['of another version', async () => checkOut(await version('other', { two: 'second' }))],
    ['of another part of it', () => checkOut(manifestOf.source!, { prefix: 'a/' })],
    ['to be sealed', () => checkOut(manifestOf.source!, { sealed: true })],
  ])('does not make room for one %s', async (_what, ask) => {
    manifestOf.source = await version('source', files);
    await interrupt(manifestOf.source, () => fs.rmSync(out('two')));
    const before = there();
    await expect(ask()).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(there()).toEqual(before);
  });
  const manifestOf: Record<string, Digest> = {};

  it.each([
    ['a new file', () => fs.writeFileSync(out('mine'), 'mine'), 'mine'],
    ['a changed file', () => fs.writeFileSync(out('three'), 'thIrd'), 'three'],
    ['a file with more', () => fs.appendFileSync(out('three'), '!'), 'three'],
  ])('keeps %s of the user: nothing at all is touched', async (_what, change, name) => {
    const manifest = await version('source', files);
    await interrupt(manifest, () => {
      fs.rmSync(out('two'));
      change();
    });
    const before = there();
    await expect(checkOut(manifest)).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining(`not of this version: ${name}`),
    });
    expect(there()).toEqual(before);
  });

  it('ends where the folder is brought up to date, to whatever version', async () => {
    const [one, other] = [await version('source', files), await version('other', { two: 'second' })];
    await interrupt(one, () => fs.rmSync(out('two')));
    await checkOut(other, { existing: 'overwrite' });
    await expect(checkOut(one)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  it('is left alone by a second one while it is going on', async () => {
    const manifest = await version('source', files);
    const both = await Promise.allSettled([checkOut(manifest), checkOut(manifest)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const failed = both.find((each) => each.status === 'rejected') as PromiseRejectedResult;
    expect(failed.reason).toMatchObject({ code: 'CONFLICT', details: { path: out() } });
    expect((await at.take(out())).manifest).toBe(manifest);
  });
});
