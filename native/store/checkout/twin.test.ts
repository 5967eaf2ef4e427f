import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { blake3 } from '@napi-rs/blake-hash';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../../app/contract/ids.ts';
import type { CheckoutRequest, ManifestFile, StoredTree } from '../../../app/kernel/ports/data-store.ts';
import { filesBelow, noise, type TestStore, testStore } from '../../../test/support/data-stores.ts';
import { reflinkDisk } from '../../../test/support/reflink-disk.ts';
import { newControl, progressOf, type SharedControl, stop, ThreadControl } from '../pool/session-control.ts';
import { Twin } from './twin.ts';

const MEGABYTE = 1_000_000;
const disk = reflinkDisk();
afterAll(() => disk?.remove());

const files: Record<string, Buffer> = {
  'a/large': noise(50 * MEGABYTE),
  'a/small': noise(MEGABYTE, 3),
  tool: noise(300_000, 5),
  tiny: noise(10_000, 9),
  empty: Buffer.alloc(0),
};
let at: TestStore;
let version: StoredTree;
afterEach(() => at.remove());

/** A store with a version, and its sealed folder. */
async function begin(root: string): Promise<void> {
  at = testStore(fs.mkdtempSync(path.join(root, 'lathe-twin-')));
  const source = at.write('source', files);
  fs.chmodSync(path.join(source, 'tool'), 0o755);
  version = await at.take(source);
  fs.rmSync(source, { recursive: true });
  await checkOut({ folder: at.path('twin'), sealed: true });
}

const out = (name = '') => path.join(at.path('out'), name);
const twin = (name = '') => path.join(at.path('twin'), name);
const checkOut = (request: Partial<CheckoutRequest> = {}) =>
  at.store.checkout({
    ...{ manifest: version.manifest, folder: out(), sealed: false, existing: 'refuse' },
    ...request,
  });
const modes = () => Object.keys(files).map((name) => fs.statSync(out(name)).mode & 0o777);

/** As a program that runs as root can. */
function tamper(name: string, position: number): void {
  const file = fs.openSync(twin(name), 'r+');
  fs.writeSync(file, 'x', position);
  fs.closeSync(file);
}

function expectWhole(): void {
  const found = filesBelow(out());
  expect(Object.keys(found).sort()).toEqual(Object.keys(files).sort());
  for (const [name, content] of Object.entries(files)) {
    expect([name, content.equals(found[name]!)]).toEqual([name, true]);
  }
  expect(modes()).toEqual([0o644, 0o644, 0o755, 0o644, 0o644]);
}

describe.skipIf(!disk)('a checkout beside a twin whose files it can clone', { timeout: 120_000 }, () => {
  beforeEach(() => begin(disk!.folder));

  /** What a checkout takes of the disk. */
  async function taken(work: () => Promise<unknown>): Promise<number> {
    const before = disk!.usedBytes();
    await work();
    return disk!.usedBytes() - before;
  }

  it('takes no room, and is as it would be without', async () => {
    const room = await taken(async () => {
      const result = await checkOut({ twin: twin() });
      expect(result).toEqual({ written: 5, removed: 0, unchanged: 0, writtenBytes: version.sizeBytes });
    });
    expect(room).toBeLessThan(5 * MEGABYTE);
    expectWhole();
    // The other way round, so that the measure is known to measure.
    const written = await taken(() => checkOut({ folder: at.path('written') }));
    expect(written).toBeGreaterThan(50 * MEGABYTE);
  });

  it('is remembered: an update overwrites its files, but not what the user has changed', async () => {
    await checkOut({ twin: twin() });
    const { manifest } = await at.take(at.write('next', { 'a/large': 'next', 'a/small': 'next' }));
    expect(await checkOut({ manifest, existing: 'update' })).toMatchObject({ written: 2, removed: 3 });
    await checkOut({ twin: twin(), existing: 'update' });
    const again = await checkOut({ twin: twin(), existing: 'update' });
    expect(again).toEqual({ written: 0, removed: 0, unchanged: 5, writtenBytes: 0 });
    fs.writeFileSync(out('a/small'), 'mine');
    await expect(checkOut({ manifest, existing: 'update' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('clones what an update or an interrupted checkout lacks', async () => {
    await checkOut({ twin: twin() });
    fs.rmSync(out('a'), { recursive: true });
    const updated = await taken(() => checkOut({ twin: twin(), existing: 'update' }));
    expectWhole();
    fs.rmSync(out('a/large'));
    // As a kill leaves it, right after a file was cloned and before it got its mode.
    fs.chmodSync(out('a/small'), 0o444);
    note(version.manifest);
    at = await at.reopen();
    const gone = await taken(async () => {
      expect(await checkOut({ twin: twin() })).toMatchObject({ written: 1, unchanged: 4 });
    });
    expectWhole();
    expect(updated).toBeLessThan(5 * MEGABYTE);
    expect(gone).toBeLessThan(5 * MEGABYTE);
  });

  function note(manifest: Digest): void {
    const notes = at.path('workspace/cache/checkouts-elsewhere');
    const [memory] = fs.readdirSync(notes);
    fs.rmSync(path.join(notes, memory!));
    fs.writeFileSync(path.join(notes, `${memory}.unfinished`), JSON.stringify({ manifest, prefix: '' }));
  }

  it.each([
    ['of a changed byte', (name: string) => tamper(name, 70_000)],
    ['of another size', (name: string) => fs.appendFileSync(twin(name), '!')],
    ['that are gone', (name: string) => fs.rmSync(twin(name))],
    [
      'that are links',
      (name: string) => {
        fs.renameSync(twin(name), at.path('moved'));
        fs.symlinkSync(at.path('moved'), twin(name));
      },
    ],
  ])('takes none of its files %s, and those that are right', async (_what, spoil) => {
    for (const name of ['a/small', 'tool']) {
      spoil(name);
      await checkOut({ twin: twin(), existing: 'update' });
      expectWhole();
      fs.rmSync(out(), { recursive: true });
    }
    spoil('a/large');
    const room = await taken(() => checkOut({ twin: twin() }));
    expectWhole();
    expect(room).toBeGreaterThan(50 * MEGABYTE);
  });

  it('clones on after one of its files was not there', async () => {
    fs.rmSync(twin('a/small'));
    const room = await taken(() => checkOut({ twin: twin() }));
    expectWhole();
    expect(room).toBeLessThan(5 * MEGABYTE);
  });

  it('shares nothing where it is sealed', async () => {
    const room = await taken(() => checkOut({ folder: at.path('sealed'), sealed: true, twin: twin() }));
    expect(room).toBeGreaterThan(50 * MEGABYTE);
  });
});

describe.skipIf(!disk)('a file that is cloned', () => {
  const bytes = noise(3 * MEGABYTE, 7);
  const digest = blake3(bytes);
  const file: ManifestFile = {
    ...{ path: 'f', sizeBytes: bytes.length, mode: 0o644 },
    digest: digest.toString('hex') as Digest,
  };
  let shared: SharedControl;
  let clone: () => boolean;
  beforeEach(() => {
    at = testStore(fs.mkdtempSync(path.join(disk!.folder, 'lathe-twin-')));
    at.write('twin', { f: bytes });
    fs.mkdirSync(out());
    shared = newControl(1);
    const [from, control] = [new Twin(twin()), new ThreadControl(shared, 0)];
    clone = () => from.clone(file, digest, out('f'), 0o644, control);
  });

  it('counts as progress while it is read', () => {
    expect(clone()).toBe(true);
    expect(progressOf(shared).bytes).toBe(bytes.length);
  });

  it('counts as nothing, and is not there, if it has other bytes', () => {
    tamper('f', bytes.length - 1);
    expect(clone()).toBe(false);
    expect(progressOf(shared).bytes).toBe(0);
    expect(fs.readdirSync(out())).toEqual([]);
  });

  it('is not there if the call is cancelled before all of it was read', () => {
    stop(shared, 'aborted');
    expect(clone).toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(fs.readdirSync(out())).toEqual([]);
  });

  it('never takes the place of another one', () => {
    fs.writeFileSync(out('f'), 'mine');
    expect(clone()).toBe(false);
    expect(fs.readFileSync(out('f'), 'utf8')).toBe('mine');
  });
});

describe.each([
  ['on a file system that cannot clone', () => os.tmpdir()],
  ['in memory', () => '/dev/shm'],
])('a checkout beside a twin %s', (_where, root) => {
  it.skipIf(!fs.existsSync(root()))('is written as ever', { timeout: 120_000 }, async () => {
    await begin(root());
    await checkOut({ twin: twin() });
    expectWhole();
    expect(await checkOut({ twin: twin(), existing: 'update' })).toMatchObject({ written: 0, unchanged: 5 });
    await checkOut({ folder: at.path('other'), twin: at.path('nowhere') });
    expect(Object.keys(filesBelow(at.path('other')))).toHaveLength(5);
  });
});
