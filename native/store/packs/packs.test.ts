import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../../app/contract/ids.ts';
import { csv, noise, type TestStore, testStore } from '../../../test/support/data-stores.ts';
import { createHashing } from '../../hashing/blake3.ts';

let at: TestStore;
beforeEach(() => {
  at = testStore();
});
afterEach(() => at.remove());

const index = () => path.join(at.workspace, 'objects/index.db');
const packs = () => fs.readdirSync(at.packs).sort();
const digestOf = (bytes: Uint8Array) => createHashing().ofBytes(bytes);
/** Change a file that is read-only. */
function change(file: string, edit: (bytes: Buffer) => Uint8Array): void {
  const bytes = edit(fs.readFileSync(file));
  fs.chmodSync(file, 0o600);
  fs.writeFileSync(file, bytes);
}
async function readable(manifest: Digest): Promise<boolean> {
  for (const { digest } of await at.files(manifest)) {
    if (digestOf(await at.bytes(digest)) !== digest) return false;
  }
  return true;
}

describe('the index', () => {
  it.each([
    ['deleted', () => fs.rmSync(index())],
    ['cut short', () => fs.truncateSync(index(), 5000)],
    ['nonsense', () => fs.writeFileSync(index(), 'nonsense')],
    ['empty', () => fs.writeFileSync(index(), '')],
  ])('is made anew from the packs when it is %s', async (_what, spoil) => {
    const { manifest } = await at.take(
      at.write('source', { a: noise(900_000), 'b/c': csv(20_000), d: 'small' }),
    );
    await at.store.close();
    for (const ending of ['-wal', '-shm']) fs.rmSync(`${index()}${ending}`, { force: true });
    spoil();
    at = await at.reopen();
    expect(await readable(manifest)).toBe(true);
    expect(await at.take(at.path('source'))).toMatchObject({ manifest, addedBytes: 0 });
  });

  it('takes in packs that it does not know, and forgets those that are gone', async () => {
    const one = await at.take(at.write('one', { a: noise(300_000, 1) }));
    await at.store.close();
    const aside = at.path('aside.db');
    fs.copyFileSync(index(), aside);
    const before = packs();
    at = await at.reopen();
    const two = await at.take(at.write('two', { b: noise(300_000, 2) }));
    await at.store.close();
    for (const ending of ['-wal', '-shm']) fs.rmSync(`${index()}${ending}`, { force: true });
    fs.copyFileSync(aside, index());
    at = await at.reopen();
    expect([await readable(one.manifest), await readable(two.manifest)]).toEqual([true, true]);
    await at.store.close();
    for (const pack of packs()) if (!before.includes(pack)) fs.rmSync(path.join(at.packs, pack));
    at = await at.reopen();
    expect([await readable(one.manifest), await at.store.has(two.manifest)]).toEqual([true, false]);
    expect((await at.take(at.path('two'))).manifest).toBe(two.manifest);
    expect(await readable(two.manifest)).toBe(true);
  });

  it('leaves out what was being written when the process ended', async () => {
    await at.take(at.write('source', { a: 'one' }));
    await at.store.close();
    fs.writeFileSync(path.join(at.packs, 'half.part'), noise(1000));
    const before = packs().filter((name) => name !== 'half.part');
    at = await at.reopen();
    expect(await at.store.has(digestOf(Buffer.from('one')))).toBe(true);
    expect(packs()).toEqual(before);
  });
});

describe('a pack that is damaged', () => {
  it.each([
    ['a bit of a block that is compressed', csv(20_000)],
    ['a bit of a block that is not', noise(900_000)],
  ])('is never read as if it were good: %s', async (_what, content) => {
    const bytes = Buffer.from(content);
    await at.take(at.write('source', { a: bytes }));
    await at.store.close();
    const [pack] = packs().sort((a, b) => size(b) - size(a));
    change(path.join(at.packs, pack!), (stored) => {
      stored[5000]! ^= 1;
      return stored;
    });
    at = await at.reopen();
    const digest = digestOf(bytes);
    await expect(at.bytes(digest)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      details: { digest, pack },
    });
  });

  it('is left out of a new index if its directory is, and what it had is stored again', async () => {
    const { manifest } = await at.take(at.write('source', { a: noise(400_000) }));
    await at.store.close();
    for (const pack of packs()) change(path.join(at.packs, pack), (stored) => stored.subarray(0, -1));
    fs.rmSync(index());
    at = await at.reopen();
    expect(await at.store.has(manifest)).toBe(false);
    expect((await at.take(at.path('source'))).manifest).toBe(manifest);
    expect(await readable(manifest)).toBe(true);
  });

  const size = (pack: string) => fs.statSync(path.join(at.packs, pack)).size;
});

describe('a content that resembles what it was before', () => {
  const rows = csv(40_000).split('\n');
  /** One row in a hundred is another one. */
  const edited = (seed: number) =>
    rows.map((row, n) => ((n * 31 + seed) % 100 === 0 ? `${row}!${seed}` : row));
  const store = (table: string | Buffer, request = {}) =>
    at.take(at.write('source', { 'table.csv': table }), { memory: 'it', ...request });

  it('is stored as what differs, over and over, and every version is read back', async () => {
    const first = await store(rows.join('\n'));
    const versions = [first];
    for (let seed = 1; seed <= 7; seed++) versions.push(await store(edited(seed).join('\n')));
    for (const version of versions.slice(1)) expect(version.addedBytes).toBeLessThan(first.addedBytes / 8);
    const wider = await store(rows.map((row, n) => `${row},${(n * 7) % 1000}`).join('\n'));
    expect(wider.addedBytes).toBeLessThan(first.addedBytes * 0.7);
    at = await at.reopen();
    for (const { manifest } of [...versions, wider].reverse()) expect(await readable(manifest)).toBe(true);
    expect(
      await at.store.verify({ manifests: versions.map(({ manifest }) => manifest), contents: [] }),
    ).toEqual([]);
  });

  it('may be named by the version before instead of by a memory, under another file name too', async () => {
    const first = await store(rows.join('\n'), { memory: null });
    const source = at.write('other', { 'table-2.csv': edited(1).join('\n') });
    const second = await at.take(source, { previous: first.manifest });
    expect(second.addedBytes).toBeLessThan(first.addedBytes / 8);
    expect(await readable(second.manifest)).toBe(true);
  });

  it('is stored whole where nothing of it is alike, or what it was is gone', async () => {
    const first = await store(noise(1_500_000, 1));
    const second = await store(noise(1_500_000, 2));
    expect(second.addedBytes).toBeGreaterThan(1_500_000);
    await at.store.collect({
      roots: { manifests: [second.manifest], contents: [] },
      graceMs: 0,
      dryRun: false,
    });
    const third = await at.take(at.write('source', { 'table.csv': csv(9000) }), { previous: first.manifest });
    expect(await readable(third.manifest)).toBe(true);
  });

  it('keeps alive what it is told by, and nothing of it is found again once that is gone', async () => {
    await store(rows.join('\n'));
    const second = await store(edited(1).join('\n'));
    const third = await store(edited(2).join('\n'));
    const collect = (...manifests: Digest[]) =>
      at.store.collect({ roots: { manifests, contents: [] }, graceMs: 0, dryRun: false });
    await collect(third.manifest);
    expect(await readable(third.manifest)).toBe(true);
    await collect();
    await collect();
    expect(await at.store.has(third.manifest)).toBe(false);
    for (const [version, table] of [
      [second, edited(1)],
      [third, edited(2)],
    ] as const) {
      expect((await store(table.join('\n'))).manifest).toBe(version.manifest);
      expect(await readable(version.manifest)).toBe(true);
    }
    await at.store.close();
    fs.rmSync(index());
    at = await at.reopen();
    expect([await readable(second.manifest), await readable(third.manifest)]).toEqual([true, true]);
  });
});
