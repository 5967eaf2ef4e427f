import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../../app/contract/ids.ts';
import type { DataStore, StoredTree, StoreRoots } from '../../../app/kernel/ports/data-store.ts';
import { randomBytes } from '../../../test/bench/data/trees.ts';
import { createDataStore } from '../data-store.ts';

const random = randomBytes(3);
let root: string;
let store: DataStore;
let source: string;

const objects = () => path.join(root, 'workspace', 'objects');
const packs = () => fs.readdirSync(path.join(objects(), 'packs')).filter((name) => name.endsWith('.pack'));
const open = () =>
  createDataStore({
    folders: {
      root: path.join(root, 'workspace'),
      objects: objects(),
      cache: path.join(root, 'workspace/cache'),
    },
    threads: 2,
  });

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-housekeeping-'));
  source = path.join(root, 'source');
  for (const folder of [source, objects(), path.join(root, 'workspace/cache')])
    fs.mkdirSync(folder, { recursive: true });
  store = open();
});

afterEach(async () => {
  await store.close();
  fs.rmSync(root, { recursive: true, force: true });
});

function write(name: string, bytes: Uint8Array | string): void {
  const file = path.join(source, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, bytes);
}

const take = (): Promise<StoredTree> =>
  store.storeTree({ sources: [{ path: source, name: '' }], memory: null, rehash: false });
const rootsOf = (...trees: StoredTree[]) => ({
  manifests: trees.map(({ manifest }) => manifest),
  contents: [],
});
const NOTHING = { manifests: [], contents: [] };

async function contentOf(tree: StoredTree, name: string): Promise<Buffer> {
  const { files } = await store.list(tree.manifest, { offset: 0, limit: 10, prefix: name });
  const file = files.find((each) => each.path === name)!;
  return Buffer.from(await store.read(file.digest, 0, file.sizeBytes));
}

/** A loose object as models and artifacts have them. */
function putLoose(bytes: Uint8Array, digest: string): string {
  const file = path.join(objects(), digest.slice(0, 2), digest);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
  return file;
}

describe('collecting garbage', { timeout: 120_000 }, () => {
  it('frees what only a deleted version needed, and nothing that the other one reads', async () => {
    write('same.bin', random.bytes(3_000_000));
    write('changing.bin', random.bytes(2_000_000));
    const first = await take();
    const before = await contentOf(first, 'same.bin');
    write('changing.bin', random.bytes(2_000_000));
    const second = await take();

    const collected = await store.collect({ roots: rootsOf(second), graceMs: 0, dryRun: false });

    expect(collected.freedBytes).toBeGreaterThan(1_900_000);
    expect(collected.freedBytes).toBeLessThan(2_200_000);
    expect(await contentOf(second, 'same.bin')).toEqual(before);
    expect(await store.verify(rootsOf(second))).toEqual([]);
    await expect(contentOf(first, 'changing.bin')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('takes single small files out of blocks that others share', async () => {
    for (let index = 0; index < 400; index += 1)
      write(`${index % 2 === 0 ? 'even' : 'odd'}/${index}.bin`, random.bytes(5000));
    const all = await take();
    fs.rmSync(path.join(source, 'odd'), { recursive: true });
    const half = await take();
    const before = await contentOf(half, 'even/42.bin');
    const { freedBytes } = await store.collect({ roots: rootsOf(half), graceMs: 0, dryRun: false });
    expect(freedBytes).toBeGreaterThan(950_000);
    expect(await contentOf(half, 'even/42.bin')).toEqual(before);
    expect(await store.verify(rootsOf(half))).toEqual([]);
    await expect(contentOf(all, 'odd/43.bin')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('shows in a dry run what it would free, and frees nothing', async () => {
    write('data.bin', random.bytes(1_000_000));
    const tree = await take();
    const dry = await store.collect({ roots: NOTHING, graceMs: 0, dryRun: true });
    expect(dry.freedBytes).toBeGreaterThan(1_000_000);
    expect(await store.verify(rootsOf(tree))).toEqual([]);
    const real = await store.collect({ roots: NOTHING, graceMs: 0, dryRun: false });
    expect(real.freedBytes).toBe(dry.freedBytes);
    expect(packs()).toEqual([]);
  });

  it('waits until the grace of what is garbage is over, and says when that is', async () => {
    write('data.bin', random.bytes(1_000_000));
    const tree = await take();
    const since = Date.now();
    const waiting = await store.collect({ roots: NOTHING, graceMs: 60_000, dryRun: false });
    expect(waiting.freedBytes).toBe(0);
    expect(waiting.unreferencedBytes).toBeGreaterThan(1_000_000);
    expect(waiting.nextAtMs).toBeGreaterThanOrEqual(since + 60_000);
    expect(await store.verify(rootsOf(tree))).toEqual([]);
  });

  it('lets garbage that is needed again begin its grace anew', async () => {
    write('data.bin', random.bytes(500_000));
    const tree = await take();
    await store.collect({ roots: NOTHING, graceMs: 60_000, dryRun: false });
    const needed = await store.collect({ roots: rootsOf(tree), graceMs: 0, dryRun: false });
    expect(needed).toMatchObject({ unreferencedBytes: 0, freedBytes: 0, nextAtMs: null });
    expect(await store.verify(rootsOf(tree))).toEqual([]);
  });

  it('finds chunks of a collected version gone when the same data comes again, and stores them again', async () => {
    write('data.bin', random.bytes(1_500_000));
    const tree = await take();
    const content = await contentOf(tree, 'data.bin');
    await store.collect({ roots: NOTHING, graceMs: 0, dryRun: false });
    const again = await take();
    expect(again.manifest).toBe(tree.manifest);
    expect(await contentOf(again, 'data.bin')).toEqual(content);
  });

  it('keeps whole files that a model or an artifact needs, also where a data set has the same bytes', async () => {
    const bytes = random.bytes(400_000);
    write('model.onnx', bytes);
    const tree = await take();
    const { files } = await store.list(tree.manifest, { offset: 0, limit: 1 });
    const digest = files[0]!.digest;
    const loose = putLoose(bytes, digest);
    const stale = putLoose(random.bytes(1000), 'ab'.repeat(32));

    await store.collect({ roots: { manifests: [], contents: [digest] }, graceMs: 0, dryRun: false });
    expect(fs.existsSync(loose)).toBe(true);
    expect(fs.existsSync(stale)).toBe(false);
    await store.collect({ roots: NOTHING, graceMs: 0, dryRun: false });
    expect(fs.existsSync(loose)).toBe(false);
  });

  it('does not run while something is being stored', async () => {
    write('data.bin', random.bytes(8_000_000));
    const storing = take();
    await expect(store.collect({ roots: NOTHING, graceMs: 0, dryRun: false })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await storing;
  });

  it('may be cancelled, and the next one goes on', async () => {
    write('data.bin', random.bytes(4_000_000));
    await take();
    const stop = new AbortController();
    const collecting = store.collect(
      { roots: NOTHING, graceMs: 0, dryRun: false },
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    await collecting.catch((error: unknown) => expect(error).toMatchObject({ name: 'AbortError' }));
    await store.collect({ roots: NOTHING, graceMs: 0, dryRun: false });
    expect(packs()).toEqual([]);
  });
});

describe('many small packs', { timeout: 120_000 }, () => {
  const contents: Digest[] = [];
  const bytes = (at: number) => Buffer.from(`content ${at} `.repeat(50 + at));
  const roots = (...left: number[]) => ({
    manifests: [],
    contents: contents.filter((_, at) => !left.includes(at)),
  });
  const collect = (kept: StoreRoots = roots()) => store.collect({ roots: kept, graceMs: 0, dryRun: false });

  async function putMany(count: number): Promise<void> {
    contents.length = 0;
    for (let at = 0; at < count; at++) contents.push(await store.put(bytes(at)));
  }
  async function readBack(...left: number[]): Promise<void> {
    for (const [at, content] of contents.entries()) {
      if (left.includes(at)) continue;
      expect(Buffer.from(await store.read(content, 0, 100_000)).equals(bytes(at))).toBe(true);
    }
  }

  it('become one when garbage is collected, and nothing is lost', async () => {
    await putMany(20);
    await readBack();
    expect(packs()).toHaveLength(20);
    expect(await collect(roots(7))).toMatchObject({ freedObjects: 1 });
    expect(packs()).toHaveLength(1);
    // As those read who have remembered where it was, and those who come anew.
    await readBack(7);
    await expect(store.read(contents[7]!, 0, 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await store.close();
    store = open();
    await readBack(7);
    expect(await store.verify(roots(7))).toEqual([]);
    expect(await collect(roots(7))).toMatchObject({ freedBytes: 0 });
    fs.rmSync(path.join(objects(), 'index.db'));
    await store.close();
    store = open();
    await readBack(7);
  });

  it('stay where they are while they are few, or while it is only asked what would go', async () => {
    await putMany(16);
    await collect();
    expect(packs()).toHaveLength(16);
    contents.push(await store.put(bytes(16)));
    await store.collect({ roots: roots(), graceMs: 0, dryRun: true });
    expect(packs()).toHaveLength(17);
    await collect();
    expect(packs()).toHaveLength(1);
    await readBack();
  });

  it('are merged around one that is damaged, which is named and stays', async () => {
    await putMany(18);
    const [name] = packs();
    const file = path.join(objects(), 'packs', name!);
    fs.chmodSync(file, 0o600);
    const spoiled = fs.readFileSync(file);
    spoiled[spoiled.length - 60]! ^= 1;
    fs.writeFileSync(file, spoiled);
    await collect();
    expect(packs()).toHaveLength(2);
    expect(packs()).toContain(name);
    expect(await store.verify(roots())).toMatchObject([{ kind: 'pack', name }]);
    await store.repair(roots(), async () => []);
    await readBack();
  });

  it('take deltas along with what they are told by', async () => {
    const rows = Array.from({ length: 12_000 }, (_, row) => `${row},${random.bytes(6).toString('hex')}`);
    write('table.csv', rows.join('\n'));
    const first = await take();
    rows[6000] = 'changed';
    write('table.csv', rows.map((row, at) => (at % 60 === 0 ? `${row}x` : row)).join('\n'));
    const second = await store.storeTree({
      ...{ sources: [{ path: source, name: '' }], memory: null, rehash: false },
      previous: first.manifest,
    });
    expect(second.addedBytes).toBeLessThan(first.addedBytes / 4);
    await putMany(18);
    const before = [await contentOf(first, 'table.csv'), await contentOf(second, 'table.csv')];
    await collect({ contents: [...contents], manifests: [first.manifest, second.manifest] });
    expect(packs()).toHaveLength(1);
    expect([await contentOf(first, 'table.csv'), await contentOf(second, 'table.csv')]).toEqual(before);
    await collect({ contents: [...contents], manifests: [second.manifest] });
    expect(await contentOf(second, 'table.csv')).toEqual(before[1]);
    await readBack();
  });
});

describe('what things cost', { timeout: 120_000 }, () => {
  it('tells what each needs alone and what they share', async () => {
    write('shared.bin', random.bytes(3_000_000));
    write('one.bin', random.bytes(1_000_000));
    const first = await take();
    fs.rmSync(path.join(source, 'one.bin'));
    write('two.bin', random.bytes(2_000_000));
    const second = await take();
    const { things, unreferencedBytes } = await store.usage([rootsOf(first), rootsOf(second)]);
    const [one, two] = things;
    expect(one!.sizeBytes).toBe(4_000_000);
    expect(two!.sizeBytes).toBe(5_000_000);
    expect(one!.exclusiveBytes / 1e6).toBeCloseTo(1, 1);
    expect(two!.exclusiveBytes / 1e6).toBeCloseTo(2, 1);
    expect(one!.storedBytes / 1e6).toBeCloseTo(4, 1);
    // Heads, directories and tails of packs belong to nobody.
    expect(unreferencedBytes).toBeLessThan(50_000);
  });

  it('says of two as one group what deleting both frees', async () => {
    write('shared.bin', random.bytes(2_000_000));
    const first = await take();
    write('more.bin', random.bytes(10_000));
    const second = await take();
    const apart = await store.usage([rootsOf(first), rootsOf(second)]);
    const together = await store.usage([rootsOf(first, second)]);
    expect(apart.things[0]!.exclusiveBytes).toBeLessThan(10_000);
    expect(together.things[0]!.exclusiveBytes).toBeGreaterThan(2_000_000);
  });
});

describe('a damaged store', { timeout: 120_000 }, () => {
  /** In a pack of two megabytes and more: a block of some file, not the last one, which holds the list of files. */
  const IN_THE_MIDDLE = 700_000;

  /** Flip one bit. */
  function flip(file: string, at: number): void {
    const bytes = fs.readFileSync(file);
    bytes[at]! ^= 1;
    fs.chmodSync(file, 0o600);
    fs.writeFileSync(file, bytes);
  }

  /** The largest, which holds contents; the list of the version's files may lie in another one. */
  const pack = () =>
    packs()
      .map((name) => path.join(objects(), 'packs', name))
      .sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)[0]!;

  async function aTree() {
    write('good.bin', random.bytes(2_700_000));
    write('spoiled.bin', random.bytes(2_900_000));
    const tree = await take();
    const { files } = await store.list(tree.manifest, { offset: 0, limit: 10 });
    await store.close();
    return {
      tree,
      digests: Object.fromEntries(files.map((file) => [file.path, file.digest])) as Record<string, Digest>,
    };
  }

  it('names the block and the files that cannot be read, and reads the others', async () => {
    const { tree, digests } = await aTree();
    flip(pack(), IN_THE_MIDDLE);
    store = open();
    const damage = await store.verify(rootsOf(tree));
    expect(damage).toHaveLength(1);
    expect(damage[0]).toMatchObject({ kind: 'block', repaired: null });
    expect(damage[0]!.contents.length).toBeGreaterThan(0);
    for (const [name, digest] of Object.entries(digests)) {
      const reading = contentOf(tree, name);
      if (!damage[0]!.contents.includes(digest))
        expect(await reading).toEqual(fs.readFileSync(path.join(source, name)));
      else await expect(reading).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    }
  });

  it('is read from where an interrupted check got to, and from the start by the next one', async () => {
    const trees: StoredTree[] = [];
    for (const name of ['first', 'second', 'third']) {
      write(`${name}.bin`, random.bytes(3_000_000));
      trees.push(await take());
    }
    /** @returns bytes of the packs that had to be read */
    const check = async (onRead: (bytes: number) => void, signal?: AbortSignal): Promise<number> => {
      let total = 0;
      const onProgress = ({ bytes, totalBytes }: { bytes: number; totalBytes: number | null }) => {
        total = totalBytes ?? 0;
        onRead(bytes);
      };
      expect(await store.verify(rootsOf(...trees), { ...(signal && { signal }), onProgress })).toEqual([]);
      return total;
    };
    const nothing = () => {};
    const whole = await check(nothing);
    expect(whole).toBeGreaterThan(9_000_000);
    const stop = new AbortController();
    const checking = check((bytes) => void (bytes === whole && stop.abort()), stop.signal);
    await expect(checking).rejects.toMatchObject({ name: 'AbortError' });
    const kept = path.join(root, 'workspace/cache/interrupted-check');
    const lines = fs.readFileSync(kept, 'utf8').split('\n').slice(1, -1);
    expect(lines).toHaveLength(packs().length);
    // As if it had got less far, and the power had gone while it wrote its last line.
    fs.truncateSync(kept, fs.statSync(kept).size - 5);
    expect(await check(nothing)).toBe(Number(lines.at(-1)!.split(' ')[1]));
    expect(await check(nothing)).toBe(whole);
  });

  it('whose pack changes while a check is interrupted is read there again', async () => {
    write('first.bin', random.bytes(3_000_000));
    const first = await take();
    write('second.bin', random.bytes(3_000_000));
    const second = await take();
    const kept = path.join(root, 'workspace/cache/interrupted-check');
    await store.verify(rootsOf(first, second));
    const lines = packs().map((name) => {
      const { size, mtimeMs, ctimeMs, ino } = fs.statSync(path.join(objects(), 'packs', name));
      return `${name} ${size} ${mtimeMs} ${ctimeMs} ${ino}\n`;
    });
    fs.writeFileSync(kept, `checked packs since ${Date.now()}\n${lines.join('')}`);
    await store.close();
    flip(pack(), IN_THE_MIDDLE);
    store = open();
    expect(await store.verify(rootsOf(first, second))).toHaveLength(1);
  });

  it('is repaired from a file that still has the bytes', async () => {
    const { tree, digests } = await aTree();
    flip(pack(), IN_THE_MIDDLE);
    store = open();
    const copies = Object.entries(digests).map(([name, content]) => ({
      content,
      path: path.join(source, name),
    }));
    const spoiled = pack();
    const bytes = fs.readFileSync(spoiled);
    const repaired = await store.repair(rootsOf(tree), async () => copies);
    expect(repaired.every((each) => each.repaired !== null)).toBe(true);
    expect(repaired.length).toBeGreaterThan(0);
    expect(await store.verify(rootsOf(tree))).toEqual([]);
    // What was in it is kept as it was.
    const kept = path.join(objects(), 'damaged', path.basename(spoiled));
    expect(fs.readFileSync(kept).equals(bytes)).toBe(true);
    for (const name of Object.keys(digests)) {
      expect(await contentOf(tree, name)).toEqual(fs.readFileSync(path.join(source, name)));
    }
  });

  it('is not repaired from a file that only looks the same', async () => {
    const { tree, digests } = await aTree();
    flip(pack(), IN_THE_MIDDLE);
    for (const name of Object.keys(digests)) {
      write(name, random.bytes(fs.statSync(path.join(source, name)).size));
    }
    store = open();
    const copies = Object.entries(digests).map(([name, content]) => ({
      content,
      path: path.join(source, name),
    }));
    const repaired = await store.repair(rootsOf(tree), async () => copies);
    expect(repaired).toHaveLength(1);
    expect(repaired[0]).toMatchObject({ repaired: null });
    const lost = new Set<string>(repaired[0]!.contents);
    expect(lost.size).toBeGreaterThan(0);
    expect((await store.verify(rootsOf(tree))).flatMap(({ contents }) => contents).sort()).toEqual(
      [...lost].sort(),
    );
  });

  it('names a pack whose end is damaged, and what is lost with it', async () => {
    const { tree, digests } = await aTree();
    const file = pack();
    flip(file, fs.statSync(file).size - 60);
    fs.rmSync(path.join(objects(), 'index.db'));
    store = open();
    const roots = { manifests: [tree.manifest], contents: Object.values(digests) };
    const damage = await store.verify(roots);
    expect(damage.map(({ kind }) => kind)).toContain('pack');
    expect(damage.flatMap(({ contents }) => contents).length).toBeGreaterThan(0);
    const repaired = await store.repair(roots, async () =>
      Object.entries(digests).map(([name, content]) => ({ content, path: path.join(source, name) })),
    );
    // The list of files may have been in it too: that comes again with the data itself.
    const lost = repaired.filter((each) => each.repaired === null).flatMap(({ contents }) => contents);
    expect(lost.filter((content) => content !== tree.manifest)).toEqual([]);
    expect((await take()).manifest).toBe(tree.manifest);
    expect(await store.verify(roots)).toEqual([]);
  });

  it('names a whole file that rotted', async () => {
    const { tree } = await aTree();
    const digest = 'cd'.repeat(32) as Digest;
    putLoose(random.bytes(100), digest);
    store = open();
    const damage = await store.verify({ ...rootsOf(tree), contents: [digest] });
    expect(damage).toMatchObject([{ kind: 'object', name: digest, contents: [digest] }]);
  });

  it('makes its index anew from the packs where that is gone or spoiled', async () => {
    const { tree } = await aTree();
    fs.writeFileSync(path.join(objects(), 'index.db'), random.bytes(5000));
    store = open();
    expect(await store.verify(rootsOf(tree))).toEqual([]);
    expect(await contentOf(tree, 'good.bin')).toHaveLength(2_700_000);
  });
});
