import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Collection } from '../../app/contract/storage.contract.ts';
import { createDatasetKeeper } from '../../app/domains/datasets/index.ts';
import { createStorage } from '../../app/domains/storage/index.ts';
import { createStoreGate } from '../../app/storage/store-gate.ts';
import { method } from '../../native/store/packs/pack-format.ts';
import { csv, noise, type TestStore, testStore } from '../support/data-stores.ts';
import { DataWorkspace } from '../support/data-workspace.ts';
import { latheJson, startLathe } from '../support/lathe-process.ts';
import { storeProgram } from '../support/store-program.ts';
import { faultsOf, laterFiles, someFiles, writeFolder } from '../support/store-worlds.ts';
import { interrupted, straceFault } from '../support/strace.ts';

const fault = straceFault();
const NOTHING = { manifests: [], contents: [] };

describe('collection beside an import', { timeout: 120_000 }, () => {
  it('is refused while a version is stored and not named yet, and the version is whole', async () => {
    const gate = createStoreGate();
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const on = DataWorkspace.onDisk({
      gate,
      async beforePublish() {
        reached.resolve();
        await go.promise;
      },
    });
    try {
      const storage = createStorage(on.core, {
        store: on.store,
        objects: { recent: () => [] },
        gate,
        keepers: [createDatasetKeeper(on.core)],
        derived: [],
        copies: async () => [],
      });
      const collect = async () => on.core.jobs.ended(storage.collect({ graceMs: 0, dryRun: false }).id);
      const file = on.file('held.bin', noise(900_000));
      const importing = on.end('held', { kind: 'paths', paths: [file] });
      await reached.promise;
      expect((await collect()).failure).toMatchObject({ code: 'CONFLICT' });
      go.resolve();
      expect((await importing).failure).toBe(null);
      expect((await collect()).result).toMatchObject({ freedBytes: 0 });
      const check = await on.core.jobs.ended(storage.check(false).id);
      expect(check.result).toMatchObject({ damage: [], things: 1 });
    } finally {
      go.resolve();
      await on.close();
    }
  });
});

describe('a store that is collected', { timeout: 240_000 }, () => {
  let at: TestStore;
  beforeEach(() => {
    at = testStore();
  });
  afterEach(() => at.remove());

  it('refuses while files are taken in, and takes files in once it is done', async () => {
    const folder = at.write('source', { big: noise(20_000_000) });
    await at.store.put(Buffer.from('x'));
    const taking = at.take(folder);
    await expect(at.store.collect({ roots: NOTHING, graceMs: 0, dryRun: false })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    const { manifest } = await taking;
    const collecting = at.store.collect({
      roots: { manifests: [manifest], contents: [] },
      graceMs: 0,
      dryRun: false,
    });
    await expect(at.store.collect({ roots: NOTHING, graceMs: 0, dryRun: false })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    const again = at.take(at.write('other', { file: 'y' }));
    await collecting;
    const roots = { manifests: [manifest, (await again).manifest], contents: [] };
    expect(await at.store.verify(roots)).toEqual([]);
  });

  it('gives right bytes to those who read meanwhile, although packs are made anew', async () => {
    const files = someFiles(3);
    const source = writeFolder(at.path('source'), files);
    await at.take(source);
    const later = laterFiles(files, 4);
    writeFolder(source, later);
    const { manifest } = await at.take(source);
    const roots = { manifests: [manifest], contents: [] };
    const known = new Map([[manifest, later]]);
    // What is read has been read before, so that it is remembered where it was.
    expect(await faultsOf(at, known)).toEqual([]);
    const [collected, faults] = await Promise.all([
      at.store.collect({ roots, graceMs: 0, dryRun: false }),
      faultsOf(at, known).then((found) => found.filter((each) => !each.endsWith('left over'))),
    ]);
    expect(collected.freedBytes).toBeGreaterThan(100_000);
    expect(faults).toEqual([]);
    expect(await faultsOf(at, known)).toEqual([]);
  });

  it('keeps what a delta is told by for as long as the delta itself may be needed again', async () => {
    const rows = csv(30_000);
    await at.take(at.write('source', { table: rows }), { memory: 'source' });
    const later = rows.replaceAll(/^(\d*50,.*)$/gm, '$1x');
    const source = at.write('source', { table: later });
    await at.take(source, { memory: 'source' });
    await at.store.collect({ roots: NOTHING, graceMs: 3_600_000, dryRun: false });
    await at.store.close();
    const index = new SqliteDatabase(path.join(at.workspace, 'objects/index.db'));
    const told = `block_id IN (SELECT id FROM blocks WHERE method = ${method.delta})`;
    expect(index.prepare(`SELECT COUNT(*) FROM entries WHERE ${told}`).pluck().get()).toBeGreaterThan(0);
    // The earlier version has been garbage for longer than the later one.
    index
      .prepare(
        `UPDATE unreferenced SET since_ms = since_ms - 7200000 WHERE digest NOT IN (SELECT digest FROM entries WHERE ${told})`,
      )
      .run();
    index.close();
    at = testStore(at.folder);
    await at.store.collect({ roots: NOTHING, graceMs: 3_600_000, dryRun: false });
    const taken = await at.take(source, { memory: 'source' });
    expect(await faultsOf(at, new Map([[taken.manifest, { table: Buffer.from(later) }]]))).toEqual([]);
  });

  it.skipIf(fault !== null)(
    'keeps what a killed import has stored for its grace, and the import goes on from it',
    async () => {
      const files: Record<string, Buffer> = {};
      for (let part = 0; part < 5; part++) files[`part-${part}`] = noise(30_000_000, part * 2 + 11);
      const source = at.write('source', files);
      await at.store.close();
      const ended = await interrupted(
        { calls: ['rename'], number: 2, by: 'kill' },
        storeProgram(at.folder, { do: 'take', source, memory: 'source' }),
      );
      expect(ended.wasKilled).toBe(true);
      at = testStore(at.folder);
      const before = await at.store.collect({ roots: NOTHING, graceMs: 3_600_000, dryRun: false });
      expect(before.freedBytes).toBe(0);
      const taken = await at.take(source, { memory: 'source' });
      expect(taken.addedBytes).toBeLessThan(110_000_000);
      expect(await faultsOf(at, new Map([[taken.manifest, files]]))).toEqual([]);
    },
  );
});

describe('two processes that collect one workspace', { timeout: 120_000 }, () => {
  let root: string;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-collecting-'));
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  it('never do it at once, and neither harms anything', async () => {
    const workspace = path.join(root, 'workspace');
    const data = path.join(root, 'data');
    fs.mkdirSync(data);
    for (const seed of [1, 2]) {
      fs.writeFileSync(path.join(data, 'file'), noise(2_000_000, seed));
      await latheJson(['data', 'import', 'noise', data], workspace);
    }
    await latheJson(['data', 'delete', 'noise@v1'], workspace);
    const gc = () => latheJson(['gc', '--grace', '0', '--yes'], workspace);
    const ended: (Collection & { error?: { code: string } })[] = await Promise.all([gc(), gc()]);
    const freed = ended.filter(({ error }) => !error).map(({ freedBytes }) => freedBytes);
    expect(freed.filter((bytes) => bytes > 0)).toHaveLength(1);
    for (const { error } of ended) if (error) expect(['CONFLICT', 'WORKSPACE_LOCKED']).toContain(error.code);
    expect(await latheJson(['fsck'], workspace)).toMatchObject({ damage: [] });
  });

  it('wait for one that is stopped in the middle of an import', async () => {
    const workspace = path.join(root, 'workspace');
    const data = path.join(root, 'data');
    fs.mkdirSync(data);
    for (let part = 0; part < 4; part++)
      fs.writeFileSync(path.join(data, `${part}`), noise(30_000_000, part * 2 + 1));
    const importing = startLathe(['data', 'import', 'noise', data, '--json'], workspace);
    // Its first pack is there, and nothing names it yet.
    const packs = path.join(workspace, 'objects/packs');
    for (let tries = 0; tries < 600; tries++) {
      if (fs.existsSync(packs) && fs.readdirSync(packs).length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    importing.child.kill('SIGSTOP');
    const collecting = startLathe(['gc', '--grace', '0', '--yes', '--json'], workspace);
    const waited = await Promise.race([
      collecting.finished,
      new Promise<'still waiting'>((resolve) => setTimeout(resolve, 6000, 'still waiting')),
    ]);
    importing.child.kill('SIGCONT');
    const imported = await importing.finished;
    expect(imported).toMatchObject({ code: 0 });
    const { stdout } = waited === 'still waiting' ? await collecting.finished : waited;
    const outcome = JSON.parse(stdout);
    if (outcome.error) expect(outcome.error.code).toBe('CONFLICT');
    else expect(outcome.freedBytes).toBe(0);
    expect(await latheJson(['fsck'], workspace)).toMatchObject({ damage: [], things: 1 });
  });
});
