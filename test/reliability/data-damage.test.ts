import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../app/contract/ids.ts';
import { createDatasetKeeper } from '../../app/domains/datasets/index.ts';
import { createStorage } from '../../app/domains/storage/index.ts';
import type { AppError } from '../../app/kernel/app-error.ts';
import { createStoreGate } from '../../app/storage/store-gate.ts';
import { BlockCodec } from '../../native/store/packs/block-codec.ts';
import {
  encodeDirectory,
  encodeTail,
  entryKind,
  method,
  PACK_HEAD,
} from '../../native/store/packs/pack-format.ts';
import { readDirectory } from '../../native/store/packs/read-directory.ts';
import { csv, noise, type TestStore, testStore } from '../support/data-stores.ts';
import { DataWorkspace } from '../support/data-workspace.ts';
import { copyOf, faultsOf, someFiles, writeFolder } from '../support/store-worlds.ts';

type Files = Record<string, Buffer>;

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-damage-'));
const template = path.join(root, 'template');
const known = new Map<Digest, Files>();
/** Where each version's files lie, for repairs. */
const sources = new Map<Digest, string>();
const fileCopies: { readonly content: Digest; readonly path: string }[] = [];
let old: Digest;
let young: Digest;

beforeAll(async () => {
  const at = testStore(template, 1);
  const table = csv(30_000);
  const first: Files = { ...someFiles(5), table: Buffer.from(table) };
  // One row in fifty is another one, so that the later version is told by the earlier one.
  const rows = table.split('\n').map((row, index) => (index % 50 === 3 ? `${row}x` : row));
  const second: Files = { ...first, table: Buffer.from(rows.join('\n')), fresh: noise(30_000, 77) };
  const source = path.join(root, 'source');
  for (const files of [first, second]) {
    const taken = await at.take(writeFolder(source, files), { memory: 'source' });
    known.set(taken.manifest, files);
    const copy = path.join(root, `copies-${known.size}`);
    fs.cpSync(source, copy, { recursive: true });
    sources.set(taken.manifest, copy);
    fs.writeFileSync(path.join(root, taken.manifest), await at.bytes(taken.manifest));
    for (const file of await at.files(taken.manifest)) {
      fileCopies.push({ content: file.digest, path: path.join(copy, file.path) });
    }
  }
  [old, young] = [...known.keys()] as [Digest, Digest];
  await at.store.close();
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

let at: TestStore;
let copies = 0;
const indexOf = (store: TestStore) => path.join(store.workspace, 'objects/index.db');
afterEach(async () => {
  if (fs.existsSync(at.folder)) await at.remove();
});

/** A copy of the store that nobody has open yet, which `spoil` may damage; then it is opened. */
async function damaged(spoil: (copy: TestStore) => void): Promise<void> {
  const copy = path.join(root, `copy-${copies++}`);
  const closed = await copyOf({ template }, copy);
  await closed.store.close();
  spoil(closed);
  at = testStore(copy, 1);
}

function flip(file: string, offset: number, bit = 0): void {
  fs.chmodSync(file, 0o600);
  const fd = fs.openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  fs.readSync(fd, byte, 0, 1, offset);
  byte[0]! ^= 1 << bit;
  fs.writeSync(fd, byte, 0, 1, offset);
  fs.closeSync(fd);
}

interface Place {
  readonly pack: string;
  readonly offset: number;
  readonly bytes: number;
}

/** The first block that a condition of SQL holds for. */
function blockWhere(condition: string, copy: TestStore): Place {
  const index = new SqliteDatabase(indexOf(copy), { readonly: true });
  try {
    const place = index
      .prepare(
        `SELECT p.name AS pack, b.offset, b.stored_bytes AS bytes FROM blocks b JOIN packs p ON p.id = b.pack_id
         WHERE ${condition} ORDER BY b.id LIMIT 1`,
      )
      .get();
    if (!place) throw new Error(`no block where ${condition}`);
    return place as Place;
  } finally {
    index.close();
  }
}

const inBlock = (condition: string) => (copy: TestStore) => {
  const { pack, offset, bytes } = blockWhere(condition, copy);
  flip(path.join(copy.packs, pack), offset + Math.floor(bytes / 2), 3);
};
const holdsLists = `EXISTS (SELECT 1 FROM entries e WHERE e.block_id = b.id AND e.kind = ${entryKind.list})`;

/** In the pack that holds most, so many bytes from its end; from its beginning if positive. */
const inPack = (from: number) => (copy: TestStore) => {
  const [file] = fs
    .readdirSync(copy.packs)
    .map((name) => path.join(copy.packs, name))
    .sort((a, b) => fs.statSync(b).size - fs.statSync(a).size);
  flip(file!, from < 0 ? fs.statSync(file!).size + from : from, 5);
};

/** How the files of all versions read: those that cannot be read at all, and those that are wrong. */
async function reading(): Promise<{ unreadable: string[]; wrong: string[] }> {
  const unreadable: string[] = [];
  const wrong: string[] = [];
  for (const [manifest, files] of known) {
    try {
      const listed = await at.files(manifest);
      if (listed.length !== Object.keys(files).length) wrong.push(`${manifest} lists ${listed.length}`);
      for (const { path: name, digest } of listed) {
        const bytes = await at.bytes(digest).catch((error: AppError) => error);
        if (bytes instanceof Error) {
          expect([name, bytes.message, (bytes as AppError).code]).toEqual([
            name,
            bytes.message,
            'STORAGE_FAILED',
          ]);
          unreadable.push(name);
        } else if (!files[name]?.equals(bytes)) wrong.push(name);
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'STORAGE_FAILED' });
      unreadable.push(manifest);
    }
  }
  return { unreadable, wrong };
}

const roots = () => ({ manifests: [...known.keys()], contents: [] });

async function goodCopies(harmed: ReadonlySet<Digest>): Promise<{ content: Digest; path: string }[]> {
  const found = [...known.keys()].map((manifest) => ({ content: manifest, path: path.join(root, manifest) }));
  for (const [manifest, folder] of sources) {
    for (const { path: name, digest } of await at.files(manifest).catch(() => [])) {
      if (harmed.has(digest)) found.push({ content: digest, path: path.join(folder, name) });
    }
  }
  return found;
}

/** Some files cannot be read, none is wrong, verifying finds `faults`, and repair makes everything whole. */
async function expectNoticedAndMended(faults: unknown): Promise<void> {
  const before = await reading();
  expect(before.wrong).toEqual([]);
  expect(before.unreadable.length).toBeGreaterThan(0);
  expect(await at.store.verify(roots())).toEqual(faults);
  const repaired = await at.store.repair(roots(), goodCopies);
  expect(repaired.filter((each) => each.repaired === null)).toEqual([]);
  expect(await faultsOf(at, known)).toEqual([]);
}

describe('a bit that flips in a pack', { timeout: 120_000 }, () => {
  it.each([
    ['a block that is kept as it is', inBlock(`b.method = ${method.raw}`), 'block'],
    ['a compressed block', inBlock(`b.method = ${method.zstd} AND NOT ${holdsLists}`), 'block'],
    ['a delta', inBlock(`b.method = ${method.delta}`), 'block'],
    [
      'what a delta is told by',
      inBlock(
        `b.id IN (SELECT e.block_id FROM entries e JOIN blocks d ON instr(d.bases, e.digest) > 0) AND b.method <> ${method.delta}`,
      ),
      'block',
    ],
    ['lists of chunks', inBlock(holdsLists), 'block'],
    ['its beginning', inPack(3), 'pack'],
    ['its directory', inPack(-80), 'pack'],
    ['its end', inPack(-4), 'pack'],
  ])('in %s is named, harms nothing else and is mended', async (_where, spoil, kind) => {
    await damaged(spoil);
    const before = await reading();
    expect(before.wrong).toEqual([]);
    expect(before.unreadable.length > 0).toBe(kind === 'block');

    const found = await at.store.verify(roots());
    expect(found).toMatchObject([{ kind, repaired: null }]);
    expect(found[0]!.contents.length > 0).toBe(kind === 'block');

    const repaired = await at.store.repair(roots(), goodCopies);
    expect(repaired[0]).toMatchObject({ kind, name: found[0]!.name });
    // What a damaged list names is found once it is mended.
    expect(repaired.filter((each) => each.repaired === null)).toEqual([]);
    expect(await faultsOf(at, known)).toEqual([]);
    expect(await at.store.repair(roots(), goodCopies)).toEqual([]);
    at = await at.reopen();
    expect(await faultsOf(at, known)).toEqual([]);
  });

  it('in the list of a version is named by the version, and importing the same files makes it whole', async () => {
    await damaged((copy) => {
      const { pack, offset } = blockWhere(
        `b.id IN (SELECT block_id FROM entries WHERE digest = x'${young}')`,
        copy,
      );
      flip(path.join(copy.packs, pack), offset + 20, 2);
    });
    await expect(at.files(young)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    const checkout = { manifest: young, folder: at.path('out'), sealed: false, existing: 'refuse' } as const;
    await expect(at.store.checkout(checkout)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    const damage = await at.store.verify(roots());
    expect(damage.flatMap(({ contents }) => contents)).toContain(young);
    // What it names is not known now, so nothing may be called garbage.
    await expect(at.store.collect({ roots: roots(), graceMs: 0, dryRun: false })).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      nextStep: expect.stringContaining('fsck --repair'),
    });

    await at.store.repair(roots(), async () => []);
    for (const [manifest, folder] of sources) expect((await at.take(folder)).manifest).toBe(manifest);
    expect(await faultsOf(at, known)).toEqual([]);
    await at.store.collect({ roots: roots(), graceMs: 0, dryRun: false });
    expect(await faultsOf(at, known)).toEqual([]);
  });

  describe('in the list of a version', () => {
    const inList = (copy: TestStore) => {
      const { pack, offset } = blockWhere(
        `b.id IN (SELECT block_id FROM entries WHERE digest = x'${young}')`,
        copy,
      );
      flip(path.join(copy.packs, pack), offset + 20, 2);
    };
    const forgotten = (copy: TestStore, ...folders: string[]) => {
      for (const name of folders) fs.rmSync(path.join(copy.workspace, 'cache', name), { recursive: true });
    };
    /** Of files only, as nobody can name a list's copy. */
    const files = async (harmed: ReadonlySet<Digest>) =>
      fileCopies.filter(({ content }) => harmed.has(content));

    it('is mended by what is remembered of the source', async () => {
      await damaged(inList);
      const repaired = await at.store.repair(roots(), files);
      expect(repaired.filter((each) => each.repaired === null)).toEqual([]);
      expect(repaired.map((each) => each.repaired).join()).toContain('what was remembered of its files');
      expect(await faultsOf(at, known)).toEqual([]);
      expect(fs.readdirSync(path.join(at.workspace, 'cache/checkouts-elsewhere'))).toEqual([]);
    });

    it('is mended by what is remembered of a folder that it was written into', async () => {
      await damaged(() => {});
      const checkout = {
        manifest: young,
        folder: at.path('out'),
        sealed: false,
        existing: 'refuse',
      } as const;
      await at.store.checkout(checkout);
      await at.store.close();
      inList(at);
      forgotten(at, 'sources');
      at = testStore(at.folder, 1);
      await at.store.repair(roots(), files);
      expect(await faultsOf(at, known)).toEqual([]);
    });

    it('is mended by a folder that still has the files, and not by one in which any is another', async () => {
      await damaged((copy) => {
        inList(copy);
        forgotten(copy, 'sources');
      });
      const changed = path.join(root, 'changed');
      fs.cpSync(sources.get(young)!, changed, { recursive: true });
      fs.appendFileSync(path.join(changed, 'fresh'), 'x');
      const withFolder = (folder: string) => async (harmed: ReadonlySet<Digest>) => [
        ...(await files(harmed)),
        { content: young, path: folder },
      ];
      const still = await at.store.repair(roots(), withFolder(changed));
      expect(still.filter((each) => each.repaired === null).flatMap(({ contents }) => contents)).toEqual([
        young,
      ]);
      const repaired = await at.store.repair(roots(), withFolder(sources.get(young)!));
      expect(repaired.filter((each) => each.repaired === null)).toEqual([]);
      expect(await faultsOf(at, known)).toEqual([]);
    });
  });

  it('stays where it can be mended when garbage is collected around it', async () => {
    await damaged(inBlock(`b.method = ${method.raw}`));
    const collected = await at.store
      .collect({ roots: { manifests: [old], contents: [] }, graceMs: 0, dryRun: false })
      .catch((error: AppError) => error.code);
    expect(['STORAGE_FAILED', 'object']).toContain(typeof collected === 'string' ? collected : 'object');
    await at.store.repair(roots(), goodCopies);
    expect(await faultsOf(at, new Map([[old, known.get(old)!]]))).toEqual([]);
  });
});

describe('bits that flip in the index', { timeout: 240_000 }, () => {
  const tried = Number(process.env.LATHE_TEST_FLIPS ?? 10);

  it(`at any of ${tried} places never lead to wrong bytes, and it is made again`, async () => {
    const told: string[] = [];
    for (let number = 0; number < tried; number++) {
      await damaged((copy) => {
        const { size } = fs.statSync(indexOf(copy));
        flip(
          indexOf(copy),
          100 + Math.floor(((size - 200) * number) / tried) + ((number * 37) % 97),
          number % 8,
        );
      });
      const { wrong } = await reading();
      expect([number, wrong]).toEqual([number, []]);
      const found = await at.store.verify(roots());
      told.push(...found.map(({ kind }) => kind));
      await at.store.repair(roots(), goodCopies);
      expect([number, await faultsOf(at, known)]).toEqual([number, []]);
      if (number < tried - 1) await at.remove();
    }
    console.info(`index: ${tried} bits flipped, told of as ${[...new Set(told)].join(', ')}`);
  });

  it.each([
    ['where an entry lies in its block', 'UPDATE entries SET offset = offset + 4 WHERE digest = ?'],
    ['how long an entry is', 'UPDATE entries SET size_bytes = size_bytes - 1 WHERE digest = ?'],
    ['which block an entry is in', 'UPDATE entries SET block_id = block_id + 1 WHERE digest = ?'],
    ['what an entry is', 'UPDATE entries SET kind = 1 - kind WHERE digest = ?'],
    [
      'how a block is kept',
      'UPDATE blocks SET method = 1 - method WHERE id = (SELECT block_id FROM entries WHERE digest = ?)',
    ],
    [
      'where a block lies',
      'UPDATE blocks SET offset = offset + 1 WHERE id = (SELECT block_id FROM entries WHERE digest = ?)',
    ],
  ])('and change %s are noticed and named', async (_what, change) => {
    await damaged((copy) => {
      const index = new SqliteDatabase(indexOf(copy));
      // A file of one chunk that lies after others in a block.
      const digest = index
        .prepare('SELECT digest FROM entries WHERE kind = 0 AND size_bytes = 12000 AND offset > 0 LIMIT 1')
        .pluck()
        .get();
      index.prepare(change).run(digest);
      index.close();
    });
    await expectNoticedAndMended(expect.arrayContaining([expect.objectContaining({ kind: 'index' })]));
  });
});

describe('an index that leads to the list of another content', { timeout: 120_000 }, () => {
  it('never gives that content: it is noticed, named and mended', async () => {
    await damaged((copy) => {
      const index = new SqliteDatabase(indexOf(copy));
      const [one, other] = index
        .prepare(`SELECT digest FROM entries WHERE kind = ${entryKind.list} ORDER BY digest LIMIT 2`)
        .pluck()
        .all();
      const { changes } = index
        .prepare(
          `UPDATE entries SET (block_id, offset, size_bytes) =
             (SELECT block_id, offset, size_bytes FROM entries WHERE digest = ?) WHERE digest = ?`,
        )
        .run(other, one);
      expect(changes).toBe(1);
      index.close();
    });
    await expectNoticedAndMended(expect.arrayContaining([expect.objectContaining({ kind: 'index' })]));
  });
});

describe('a list of chunks whose block has the right checksum and the wrong bytes', {
  timeout: 120_000,
}, () => {
  it('is never read, is named and mended', async () => {
    await damaged((copy) => forgeList(copy));
    const reason = expect.stringContaining('not what their digests say');
    await expectNoticedAndMended([expect.objectContaining({ kind: 'block', reason })]);
  });
});

/** As if a bit had flipped in memory, before the checksum was made: a chunk's size in a list, with a pack that fits. */
function forgeList(copy: TestStore): void {
  const { pack } = blockWhere(holdsLists, copy);
  const file = path.join(copy.packs, pack);
  const read = readDirectory(file);
  if ('damage' in read) throw new Error(read.damage);
  const old = fs.readFileSync(file);
  const codec = new BlockCodec();
  const pieces: Buffer[] = [PACK_HEAD];
  let offset = PACK_HEAD.length;
  const blocks = read.blocks.map((block) => {
    let bytes: Uint8Array = old.subarray(block.offset, block.offset + block.storedBytes);
    let facts = { method: block.method, crc: block.crc };
    const list = block.entries.find(({ kind }) => kind === entryKind.list);
    if (list) {
      const raw = Buffer.alloc(block.rawBytes + 1);
      if (block.method === method.zstd) codec.decode(Buffer.from(bytes), raw, block.rawBytes);
      else raw.set(bytes);
      raw[list.offset + list.sizeBytes - 6]! ^= 1;
      const encoded = codec.encode(raw.subarray(0, block.rawBytes));
      bytes = Buffer.from(encoded.bytes);
      facts = { method: encoded.method, crc: encoded.crc };
    }
    pieces.push(Buffer.from(bytes));
    const made = { ...block, ...facts, offset, storedBytes: bytes.length };
    offset += bytes.length;
    return made;
  });
  codec.close();
  const directory = encodeDirectory(blocks);
  const { tail, name } = encodeTail(directory);
  fs.rmSync(file);
  fs.writeFileSync(path.join(copy.packs, name), Buffer.concat([...pieces, directory, tail]));
  for (const ending of ['', '-wal', '-shm']) fs.rmSync(`${indexOf(copy)}${ending}`, { force: true });
}

describe('a bit that flips in what is remembered', { timeout: 120_000 }, () => {
  const only = (folder: string) => {
    const [name] = fs.readdirSync(folder);
    return path.join(folder, name!);
  };

  it('of a source: everything is read again', async () => {
    await damaged(() => {});
    const source = sources.get(young)!;
    const sizeBytes = Object.values(known.get(young)!).reduce((sum, { length }) => sum + length, 0);
    fs.rmSync(path.join(at.workspace, 'cache/sources'), { recursive: true });
    const take = () => at.take(source, { memory: 'again' });
    // Their times are older than what counts as just now.
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const name of Object.keys(known.get(young)!))
      fs.utimesSync(path.join(source, name), hourAgo, hourAgo);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await take();
    expect(await take()).toMatchObject({ manifest: young, readBytes: 0 });
    for (const share of [0.1, 0.5, 0.9]) {
      const memory = only(path.join(at.workspace, 'cache/sources'));
      flip(memory, Math.floor(fs.statSync(memory).size * share));
      expect(await take()).toMatchObject({ manifest: young, readBytes: sizeBytes });
    }
  });

  it('of a folder that a version was written into: its files are read, and none is written', async () => {
    await damaged(() => {});
    const checkout = (existing: 'refuse' | 'update') =>
      at.store.checkout({ manifest: young, folder: at.path('out'), sealed: false, existing });
    await checkout('refuse');
    const memory = only(path.join(at.workspace, 'cache/checkouts-elsewhere'));
    flip(memory, Math.floor(fs.statSync(memory).size / 2));
    expect(await checkout('update')).toMatchObject({ written: 0, removed: 0 });
    fs.writeFileSync(at.path('out/fresh'), noise(30_000, 78));
    flip(memory, 60);
    await expect(checkout('update')).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('a bit that flips in a whole file of an older workspace', { timeout: 120_000 }, () => {
  it('is never read, is named, and is mended', async () => {
    await damaged(() => {});
    const bytes = noise(300_000, 99);
    const digest = await at.store.put(bytes);
    const manifest = (
      await at.store.putManifest([{ path: 'whole', sizeBytes: bytes.length, digest, mode: 0o644 }])
    ).manifest;
    await at.store.collect({ roots: { manifests: [young], contents: [] }, graceMs: 0, dryRun: false });
    const loose = path.join(at.workspace, 'objects', digest.slice(0, 2), digest);
    fs.mkdirSync(path.dirname(loose), { recursive: true });
    fs.writeFileSync(loose, bytes);
    expect((await at.bytes(digest)).equals(bytes)).toBe(true);
    flip(loose, 200_000);

    await expect(at.store.read(digest, 0, 100)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    const wanted = { manifests: [manifest], contents: [digest] };
    const found = await at.store.verify(wanted);
    expect(found).toContainEqual(
      expect.objectContaining({ kind: 'object', name: digest, contents: [digest] }),
    );
    const good = path.join(root, 'good');
    fs.writeFileSync(good, bytes);
    await at.store.repair(wanted, async () => [{ content: digest, path: good }]);
    expect((await at.bytes(digest)).equals(bytes)).toBe(true);
  });
});

describe('a list of a version that nothing on this machine can tell again', { timeout: 120_000 }, () => {
  it('is named with what is lost and where it can be had', async () => {
    const on = DataWorkspace.onDisk();
    try {
      const file = on.file('numbers.csv', 'a\n1\n');
      const { version } = await on.load('numbers', file);
      const lost = {
        kind: 'block',
        name: 'x.pack at 8',
        contents: [version.digest],
        repaired: null,
      } as const;
      const verify = async () => [{ ...lost, reason: 'its bytes are not as they were written' }];
      const storage = createStorage(on.core, {
        store: { ...on.store, verify },
        objects: { recent: () => [] },
        gate: createStoreGate(),
        keepers: [createDatasetKeeper(on.core)],
        derived: [],
        copies: async () => [],
      });
      const { result } = await on.core.jobs.ended(storage.check(false).id);
      expect(result).toMatchObject({
        damage: [
          {
            reason: expect.stringContaining(
              `the list of files of numbers@v1 (import ${file} again as it was then)`,
            ),
            harms: [{ name: 'numbers@v1' }],
          },
        ],
      });
    } finally {
      await on.close();
    }
  });
});

describe('a bit that flips in the Parquet form of a table', { timeout: 120_000 }, () => {
  it('is noticed, and the file is made again', async () => {
    const on = DataWorkspace.onDisk();
    try {
      const rows = Array.from({ length: 4000 }, (_, row) => `${row},${(row * 7919) % 10_007}`);
      const { version } = await on.load('numbers', on.file('numbers.csv', `id,value\n${rows.join('\n')}\n`));
      const before = await on.datasets.preview(version, 2000, 50);
      const table = on.core.folders.table(version.digest);
      const { size } = fs.statSync(table);
      for (const offset of [200, Math.floor(size * 0.3), Math.floor(size * 0.7), size - 20]) {
        flip(table, offset, 6);
        // As after a restart: what this process has made itself it need not read again.
        on.datasets = on.createDatasets();
        expect(await on.datasets.preview(version, 2000, 50)).toEqual(before);
      }
    } finally {
      await on.close();
    }
  });
});
