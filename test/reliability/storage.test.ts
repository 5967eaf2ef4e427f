import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection, DiskMap, StoreCheck } from '../../app/contract/storage.contract.ts';
import { randomBytes } from '../bench/data/trees.ts';
import { lathe, latheJson } from '../support/lathe-process.ts';

/** The commands as a person types them, one process each, on one workspace from beginning to end. */
describe('gc, fsck and disk on the command line', { timeout: 120_000 }, () => {
  const random = randomBytes(21);
  let root: string;
  let workspace: string;
  let data: string;

  beforeAll(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-storage-'));
    workspace = path.join(root, 'workspace');
    data = path.join(root, 'pictures');
    fs.mkdirSync(data);
    fs.writeFileSync(path.join(data, 'same.bin'), random.bytes(2_000_000));
    fs.writeFileSync(path.join(data, 'other.bin'), random.bytes(1_000_000));
  });
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

  const gc = (...words: string[]): Promise<Collection> => latheJson(['gc', ...words], workspace);
  const fsck = (...words: string[]): Promise<StoreCheck> => latheJson(['fsck', ...words], workspace);

  it('says of two versions what each needs alone', async () => {
    await latheJson(['data', 'import', 'pictures', data], workspace);
    fs.writeFileSync(path.join(data, 'other.bin'), random.bytes(1_500_000));
    await latheJson(['data', 'import', 'pictures', data], workspace);
    const map: DiskMap = await latheJson(['disk'], workspace);
    const frees = Object.fromEntries(map.things.map((thing) => [thing.name, thing.exclusiveBytes / 1e6]));
    expect(frees['pictures@v1']).toBeCloseTo(1, 1);
    expect(frees['pictures@v2']).toBeCloseTo(1.5, 1);
    expect(map.groups).toMatchObject([{ kind: 'dataset', name: 'pictures', things: 2 }]);
    expect(map.groups[0]!.exclusiveBytes / 1e6).toBeCloseTo(4.5, 1);
    expect(map.store.deletedBytes).toBe(0);
  });

  it('finds everything whole', async () => {
    const check = await fsck();
    expect(check).toMatchObject({ damage: [], repaired: false });
    expect(check.checkedBytes).toBeGreaterThan(4_400_000);
  });

  it('frees a deleted version only when it is told to, and then for good', async () => {
    const { id } = await latheJson(['data', 'delete', 'pictures@v1'], workspace);
    expect(await gc()).toMatchObject({ dryRun: true, purged: [], freedBytes: 0 });
    const dry = await gc('--grace', '0');
    expect(dry.purged.map(({ name }) => name)).toEqual(['pictures@v1']);
    // The little that lies in one block with what others need stays.
    expect(dry.freedBytes).toBeGreaterThan(800_000);
    // Nothing has happened: the version comes back, and goes again.
    await latheJson(['data', 'restore', id], workspace);
    expect(await gc('--grace', '0')).toMatchObject({ purged: [], freedBytes: 0 });
    await latheJson(['data', 'delete', 'pictures@v1'], workspace);

    const freed = await gc('--grace', '0', '--yes');
    expect(freed).toMatchObject({ dryRun: false });
    expect(freed.freedBytes).toBeGreaterThan(800_000);
    expect(await latheJson(['data', 'restore', id], workspace)).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
    expect(await fsck()).toMatchObject({ damage: [] });
    expect(await gc('--grace', '0', '--yes')).toMatchObject({ freedBytes: 0, purged: [] });
  });

  it('names what a flipped bit harms, says so by its exit code, and mends it from the folder it came from', async () => {
    const packs = path.join(workspace, 'objects', 'packs');
    const [largest] = fs
      .readdirSync(packs)
      .map((name) => path.join(packs, name))
      .sort((a, b) => fs.statSync(b).size - fs.statSync(a).size);
    const bytes = fs.readFileSync(largest!);
    bytes[600_000]! ^= 4;
    fs.chmodSync(largest!, 0o600);
    fs.writeFileSync(largest!, bytes);

    const { code, stdout } = await lathe(['fsck', '--json'], workspace);
    expect(code).toBe(1);
    const check = JSON.parse(stdout) as StoreCheck;
    expect(check.damage).toMatchObject([
      { kind: 'block', repaired: null, harms: [{ kind: 'dataset', name: 'pictures@v2' }] },
    ]);

    const repair = await fsck('--repair');
    expect(repair.damage).toHaveLength(1);
    expect(repair.damage[0]!.repaired).toContain(data);
    expect(await fsck()).toMatchObject({ damage: [] });
    const out = path.join(root, 'out');
    await latheJson(['data', 'checkout', 'pictures', out], workspace);
    for (const name of ['same.bin', 'other.bin']) {
      expect(fs.readFileSync(path.join(out, name)).equals(fs.readFileSync(path.join(data, name)))).toBe(true);
    }
  });

  it('says what it does in words a person reads', async () => {
    const { stdout } = await lathe(['disk'], workspace);
    expect(stdout).toMatch(/KIND\s+NAME\s+ITEMS\s+SIZE\s+ON DISK\s+FREES/);
    expect(stdout).toContain('pictures');
    expect((await lathe(['gc'], workspace)).stdout).toContain('There is nothing to free now');
    expect((await lathe(['gc', '--grace', 'soon'], workspace)).stderr).toContain('14d, 12h or 0');
    expect((await lathe(['fsck'], workspace)).stdout).toContain('Everything is whole');
  });
});
