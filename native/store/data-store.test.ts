import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../app/contract/ids.ts';
import { isAbort } from '../../app/kernel/app-error.ts';
import type { StoreProgress } from '../../app/kernel/ports/data-store.ts';
import { csv, noise, type TestStore, testStore } from '../../test/support/data-stores.ts';
import { createHashing } from '../hashing/blake3.ts';

let at: TestStore;
beforeEach(() => {
  at = testStore();
});
afterEach(() => at.remove());

const digestOf = (content: string | Uint8Array) =>
  createHashing().ofBytes(typeof content === 'string' ? Buffer.from(content) : content);
const packs = () => fs.readdirSync(at.packs);

describe('files that are stored', () => {
  it('are named by a manifest that depends on nothing but their paths, contents and modes', async () => {
    const files = { 'b.csv': 'a,b\n1,2\n', 'a/x.bin': noise(300_000), 'a.txt': 'x', empty: '' };
    const source = at.write('source', files);
    fs.chmodSync(path.join(source, 'a.txt'), 0o755);
    const stored = await at.take(source);
    const canonical = JSON.stringify({
      files: [
        { path: 'a.txt', sizeBytes: 1, digest: digestOf('x'), mode: 0o755 },
        { path: 'a/x.bin', sizeBytes: 300_000, digest: digestOf(noise(300_000)) },
        { path: 'b.csv', sizeBytes: 8, digest: digestOf('a,b\n1,2\n') },
        { path: 'empty', sizeBytes: 0, digest: digestOf('') },
      ],
    });
    expect(stored).toMatchObject({
      manifest: digestOf(canonical),
      files: 4,
      sizeBytes: 300_009,
      readBytes: 300_009,
    });
    expect((await at.bytes(stored.manifest)).toString()).toBe(canonical);
    expect(await at.files(stored.manifest)).toEqual([
      { path: 'a.txt', sizeBytes: 1, digest: digestOf('x'), mode: 0o755 },
      { path: 'a/x.bin', sizeBytes: 300_000, digest: digestOf(noise(300_000)), mode: 0o644 },
      { path: 'b.csv', sizeBytes: 8, digest: digestOf('a,b\n1,2\n'), mode: 0o644 },
      { path: 'empty', sizeBytes: 0, digest: digestOf(''), mode: 0o644 },
    ]);
  });

  it('are read from any offset, also across chunks, and also after the store was opened anew', async () => {
    const content = noise(9_000_000);
    const source = at.write('source', { big: content });
    await at.take(source);
    at = await at.reopen();
    const digest = digestOf(content);
    expect([await at.store.has(digest), await at.store.size(digest)]).toEqual([true, 9_000_000]);
    for (const [offset, length] of [
      [0, 10],
      [262_000, 600_000],
      [8_999_990, 100],
      [9_000_000, 1],
      [5, 0],
    ] as const) {
      const bytes = Buffer.from(await at.store.read(digest, offset, length));
      expect(bytes.equals(content.subarray(offset, offset + length))).toBe(true);
    }
    expect((await at.bytes(digest)).equals(content)).toBe(true);
  });

  it('take the place of one where their contents are equal, in whole or in part', async () => {
    const table = csv(60_000);
    const first = await at.take(at.write('one', { 'table.csv': table, 'copy.csv': table }));
    expect(first.addedBytes).toBeLessThan(table.length);
    const edited = `${table.slice(0, 1_000_000)}one cell${table.slice(1_000_000)}`;
    const second = await at.take(at.write('two', { 'table.csv': edited }));
    expect(second.addedBytes).toBeLessThan(300_000);
    const { sharedBytes, counts } = await at.store.compare(first.manifest, second.manifest, {
      offset: 0,
      limit: 10,
    });
    expect(counts).toEqual({ added: 0, removed: 1, changed: 1, renamed: 0 });
    expect(sharedBytes).toBeGreaterThan(edited.length - 600_000);
    expect((await at.bytes(digestOf(edited))).toString()).toBe(edited);
  });

  it('add nothing when they are stored again', async () => {
    const source = at.write('source', { a: noise(700_000), 'b/c': 'small' });
    const first = await at.take(source);
    const before = packs();
    expect(await at.take(source)).toMatchObject({ manifest: first.manifest, addedBytes: 0 });
    expect(packs()).toEqual(before);
  });

  it('may be many, in many folders', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 3000 }, (_, n) => [`${n % 7}/${n % 31}/${n}.txt`, `file ${n}`]),
    );
    const { manifest } = await at.take(at.write('source', files));
    const sorted = Object.keys(files).sort();
    expect((await at.files(manifest)).map((file) => file.path)).toEqual(sorted);
    const page = await at.store.list(manifest, { offset: 2, limit: 3, prefix: '3/1' });
    const within = sorted.filter((name) => name.startsWith('3/1'));
    expect([page.files.map((file) => file.path), page.total]).toEqual([within.slice(2, 5), within.length]);
    expect(await at.store.list(manifest, { offset: 0, limit: 5, prefix: 'zz' })).toEqual({
      files: [],
      total: 0,
    });
  });

  it('may come from several sources under names of their own', async () => {
    const one = at.write('one', { 'x/1': '1', '2': '2' });
    const file = path.join(at.write('two', { f: 'f' }), 'f');
    const sources = [
      { path: one, name: 'deep/er' },
      { path: file, name: 'deep/f.txt' },
      { path: file, name: 'a' },
    ];
    const { manifest } = await at.store.storeTree({ sources, memory: null, rehash: false });
    expect((await at.files(manifest)).map((each) => each.path)).toEqual([
      'a',
      'deep/er/2',
      'deep/er/x/1',
      'deep/f.txt',
    ]);
    const clash = [...sources, { path: one, name: 'a' }];
    await expect(at.store.storeTree({ sources: clash, memory: null, rehash: false })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('are left out or taken by patterns', async () => {
    const source = at.write('source', { 'a.csv': '1', 'b.txt': '2', 'logs/c.csv': '3', 'd/e.csv': '4' });
    const { manifest } = await at.take(source, { include: ['*.csv'], exclude: ['logs/'] });
    expect((await at.files(manifest)).map((file) => file.path)).toEqual(['a.csv', 'd/e.csv']);
    await expect(at.take(source, { include: ['*.zip'] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('are counted while they are stored', async () => {
    const source = at.write('source', { a: noise(12_000_000), b: 'x' });
    const told: StoreProgress[] = [];
    await at.store.storeTree(
      { sources: [{ path: source, name: '' }], memory: null, rehash: false },
      { onProgress: (progress) => told.push(progress) },
    );
    for (const { phase, totalBytes, bytes } of told.filter((each) => each.phase !== 'looking')) {
      expect(['storing', 'sealing']).toContain(phase);
      expect(totalBytes).toBe(12_000_001);
      expect(bytes).toBeLessThanOrEqual(12_000_001);
    }
  });
});

describe('a call that is cancelled', () => {
  it('ends as an abort, and the next one finds what it stored', async () => {
    const source = at.write(
      'source',
      Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`${n}`, noise(9_000_000, n)])),
    );
    const stop = new AbortController();
    const storing = at.store.storeTree(
      { sources: [{ path: source, name: '' }], memory: null, rehash: false },
      { signal: stop.signal, onProgress: ({ bytes }) => bytes > 0 && stop.abort() },
    );
    const error = await storing.catch((thrown: unknown) => thrown);
    const whole = await at.take(source);
    if (!isAbort(error)) return expect(error).toMatchObject({ files: 6 });
    expect(whole.addedBytes).toBeLessThan(whole.sizeBytes);
    for (const { digest, sizeBytes } of await at.files(whole.manifest)) {
      expect(digestOf(await at.store.read(digest, 0, sizeBytes))).toBe(digest);
    }
  });

  it('does nothing if it was cancelled before', async () => {
    const request = { sources: [{ path: at.path('nowhere'), name: '' }], memory: null, rehash: false };
    await expect(at.store.storeTree(request, { signal: AbortSignal.abort() })).rejects.toSatisfy(isAbort);
  });
});

describe('bytes and lists made elsewhere', () => {
  it('are contents like any other', async () => {
    const digest = await at.store.put(Buffer.from('hello'));
    expect([digest, (await at.bytes(digest)).toString()]).toEqual([digestOf('hello'), 'hello']);
    expect(await at.store.put(Buffer.from(''))).toBe(digestOf(''));
    const file = { path: 'x/y', sizeBytes: 5, digest, mode: 0o644 };
    const { manifest, sizeBytes } = await at.store.putManifest([file, { ...file, path: 'a' }]);
    expect(sizeBytes).toBe(10);
    expect((await at.files(manifest)).map(({ path: name }) => name)).toEqual(['a', 'x/y']);
  });

  it('must name what is there, by paths that stay inside', async () => {
    const digest = await at.store.put(Buffer.from('hello'));
    const file = { path: 'x', sizeBytes: 5, digest, mode: 0o644 };
    const missing = 'f'.repeat(64) as Digest;
    await expect(at.store.putManifest([{ ...file, digest: missing }])).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      details: { digest: missing },
    });
    for (const name of ['../x', '/x', 'a//b', 'a/./b', '', 'a\\b', 'C:/x']) {
      await expect(at.store.putManifest([{ ...file, path: name }])).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
    await expect(at.store.putManifest([file, file])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('may have no files at all', async () => {
    const { manifest, files } = await at.store.putManifest([]);
    expect([files, await at.store.list(manifest, { offset: 0, limit: 9 })]).toEqual([
      0,
      { files: [], total: 0 },
    ]);
  });
});

describe('two versions', () => {
  it('are compared by path, content and mode; equal content elsewhere is a renaming', async () => {
    const before = at.write('before', { same: '1', changed: '2', gone: '3', moved: 'm', tool: 't' });
    const after = at.write('after', { same: '1', changed: '22', fresh: '4', 'to/moved': 'm', tool: 't' });
    fs.chmodSync(path.join(after, 'tool'), 0o755);
    const [one, two] = [await at.take(before), await at.take(after)];
    const difference = await at.store.compare(one.manifest, two.manifest, { offset: 0, limit: 10 });
    const names = (files: readonly { path: string }[]) => files.map((file) => file.path);
    expect(difference.counts).toEqual({ added: 1, removed: 1, changed: 2, renamed: 1 });
    expect([names(difference.added), names(difference.removed)]).toEqual([['fresh'], ['gone']]);
    expect(names(difference.changed.map((pair) => pair.after))).toEqual(['changed', 'tool']);
    expect(difference.renamed.map(({ before: old, after: now }) => [old.path, now.path])).toEqual([
      ['moved', 'to/moved'],
    ]);
    expect(difference.sharedBytes).toBe(3);
    const cut = await at.store.compare(one.manifest, two.manifest, { offset: 0, limit: 1 });
    expect([cut.changed.length, cut.counts.changed]).toEqual([1, 2]);
  });
});

describe('what an older workspace kept as whole files', () => {
  it('is read by its digest, written out and part of new versions', async () => {
    const content = noise(500_000, 9);
    const digest = digestOf(content);
    const manifest = JSON.stringify({ files: [{ path: 'old.bin', sizeBytes: 500_000, digest }] });
    for (const bytes of [content, Buffer.from(manifest)]) {
      const hex = digestOf(bytes);
      const object = path.join(at.workspace, 'objects', hex.slice(0, 2), hex);
      fs.mkdirSync(path.dirname(object), { recursive: true });
      fs.writeFileSync(object, bytes, { mode: 0o444 });
    }
    const old = digestOf(manifest);
    expect(await at.files(old)).toEqual([{ path: 'old.bin', sizeBytes: 500_000, digest, mode: 0o644 }]);
    expect((await at.bytes(digest)).equals(content)).toBe(true);
    await at.store.checkout({ manifest: old, folder: at.path('out'), sealed: false, existing: 'refuse' });
    expect(fs.readFileSync(at.path('out/old.bin')).equals(content)).toBe(true);
    expect(fs.statSync(at.path('out/old.bin')).mode & 0o777).toBe(0o644);
    expect((await at.take(at.path('out'))).manifest).toBe(old);
  });
});

describe('a content that is not there', () => {
  it('is a fault that names it', async () => {
    const digest = 'e'.repeat(64) as Digest;
    expect(await at.store.has(digest)).toBe(false);
    await expect(at.store.size(digest)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      details: { digest },
    });
    await expect(at.store.read(digest, 0, 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
