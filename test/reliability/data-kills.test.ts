import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../app/contract/ids.ts';
import type { AppError } from '../../app/kernel/app-error.ts';
import { type TestStore, testStore } from '../support/data-stores.ts';
import { doTask, type StoreOutcome, type StoreTask, storeProgram } from '../support/store-program.ts';
import {
  copyOf,
  differences,
  faultsOf,
  laterFiles,
  type StoreWorld,
  someFiles,
  writeFolder,
} from '../support/store-worlds.ts';
import { countCalls, interrupted, spread, straceFault } from '../support/strace.ts';

/** `LATHE_TEST_KILLS=all` tries every single call; otherwise they are sampled evenly. */
const most = (sampled: number) =>
  process.env.LATHE_TEST_KILLS === 'all' ? Number.POSITIVE_INFINITY : sampled;
const AT_ONCE = 2;
const COLLECTION = 'a collection that makes packs anew';
const MERGE = 'a collection that merges small packs';
const CHECKOUT = 'a checkout into an empty folder';
const UPDATE = 'a checkout that updates a folder';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-kills-'));
const first = someFiles(1);
const second = laterFiles(first, 2);
const files = new Map<Digest, Record<string, Buffer>>();
/** Versions of few bytes, by their manifests. */
const small = new Map<Digest, Record<string, Buffer>>();
let old: Digest;
let young: Digest;

/** A store with nothing, with the first version, with both, and with versions in many packs; the source holds the second one in the end. */
const templates = { none: '', one: '', both: '', damaged: '', many: '' };
const source = path.join(root, 'source');

beforeAll(async () => {
  for (const name of Object.keys(templates) as (keyof typeof templates)[])
    templates[name] = path.join(root, `template-${name}`);
  fs.mkdirSync(templates.none);
  const take = async (at: TestStore) =>
    (await at.store.storeTree({ sources: [{ path: source, name: '' }], memory: 'source', rehash: false }))
      .manifest;
  writeFolder(source, first);
  const one = testStore(templates.one, 1);
  old = await take(one);
  await one.store.close();
  fs.cpSync(templates.one, templates.both, { recursive: true });
  for (const name of Object.keys(first)) if (!second[name]) fs.rmSync(path.join(source, name));
  for (const [name, bytes] of Object.entries(second)) {
    fs.mkdirSync(path.dirname(path.join(source, name)), { recursive: true });
    if (!first[name]?.equals(bytes)) fs.writeFileSync(path.join(source, name), bytes);
  }
  const both = testStore(templates.both, 1);
  young = await take(both);
  await both.store.close();
  files.set(old, first).set(young, second);

  const many = testStore(templates.many, 1);
  for (let version = 0; version < 18; version++) {
    const few = { common: first.big!, version: Buffer.from(`version ${version}`) };
    const { manifest } = await many.take(writeFolder(many.path('few'), few));
    small.set(manifest, few);
  }
  expect(fs.readdirSync(many.packs).length).toBeGreaterThan(17);
  await many.store.close();

  fs.cpSync(templates.both, templates.damaged, { recursive: true });
  const packs = path.join(templates.damaged, 'workspace/objects/packs');
  const [largest] = fs
    .readdirSync(packs)
    .map((name) => path.join(packs, name))
    .sort((a, b) => fs.statSync(b).size - fs.statSync(a).size);
  const bytes = fs.readFileSync(largest!);
  bytes[40_000]! ^= 1;
  fs.chmodSync(largest!, 0o600);
  fs.writeFileSync(largest!, bytes);
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const known = (...manifests: Digest[]) => new Map(manifests.map((each) => [each, files.get(each)!]));
const roots = (...manifests: Digest[]) => ({ manifests, contents: [] });

const worlds: Record<string, () => StoreWorld> = {
  'a first import': () => ({
    template: templates.none,
    known: known(),
    task: () => ({ do: 'take', source, memory: 'source' }),
    async check(at, _copy, result) {
      expect(result).toMatchObject({ manifest: young });
      expect(await faultsOf(at, known(young))).toEqual([]);
    },
  }),
  'an import again': () => ({
    template: templates.one,
    known: known(old),
    task: () => ({ do: 'take', source, memory: 'source' }),
    async check(at, _copy, result) {
      expect(result).toMatchObject({ manifest: young });
      expect(await faultsOf(at, known(old, young))).toEqual([]);
      const third = await doTask(at.store, { do: 'take', source, memory: 'source' });
      expect(third).toMatchObject({ manifest: young, addedBytes: 0 });
    },
  }),
  [CHECKOUT]: () => ({
    template: templates.both,
    known: known(young),
    task: (copy) => ({
      do: 'checkout',
      manifest: young,
      folder: path.join(copy, 'out'),
      sealed: false,
      existing: 'refuse',
    }),
    async again(at, copy, task) {
      // The very same command goes on. Where the first one had come to its end, there is nothing to go on with.
      const error = await doTask(at.store, task).catch((thrown: AppError) => thrown);
      if (error instanceof Error) expect(error).toMatchObject({ code: 'ALREADY_EXISTS' });
      expect(differences(path.join(copy, 'out'), second)).toEqual([]);
    },
    async check(at) {
      expect(await faultsOf(at, known(young))).toEqual([]);
    },
  }),
  [UPDATE]: () => ({
    template: templates.both,
    known: known(old, young),
    prepare: async (at) => {
      await at.store.checkout({ manifest: old, folder: at.path('out'), sealed: false, existing: 'refuse' });
    },
    task: (copy) => ({
      do: 'checkout',
      manifest: young,
      folder: path.join(copy, 'out'),
      sealed: false,
      existing: 'update',
    }),
    async check(_at, copy) {
      expect(differences(path.join(copy, 'out'), second)).toEqual([]);
    },
  }),
  [COLLECTION]: () => ({
    template: templates.both,
    known: known(young),
    task: () => ({ do: 'collect', roots: roots(young), graceMs: 0, dryRun: false }),
    async check(at) {
      expect(await faultsOf(at, known(young))).toEqual([]);
      const again = await at.store.collect({ roots: roots(young), graceMs: 0, dryRun: false });
      expect(again.freedBytes).toBe(0);
      const bytes = fs.readdirSync(at.packs).map((name) => fs.statSync(path.join(at.packs, name)).size);
      // What only the first version had is gone, whenever it was that the first collection ended.
      expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(2_200_000);
    },
  }),
  [MERGE]: () => {
    // One of them is garbage.
    const known = new Map([...small].slice(1));
    const collect = { roots: roots(...known.keys()), graceMs: 0, dryRun: false };
    return {
      template: templates.many,
      known,
      task: () => ({ do: 'collect', ...collect }),
      async check(at) {
        expect(await faultsOf(at, known)).toEqual([]);
        expect((await at.store.collect(collect)).freedBytes).toBe(0);
        expect(fs.readdirSync(at.packs)).toHaveLength(1);
      },
    };
  },
  'a repair from the files that were imported': () => ({
    template: templates.damaged,
    known: known(),
    faults: async (at) => differing(at, young),
    task: () => ({ do: 'repair', roots: roots(young), copies: copies(young) }),
    async check(at) {
      expect(await faultsOf(at, known(young))).toEqual([]);
    },
  }),
};

/** What can be read of a damaged version, and is not as it was. */
async function differing(at: TestStore, manifest: Digest): Promise<string[]> {
  const wrong: string[] = [];
  let unreadable = 0;
  for (const { path: name, digest } of await at.files(manifest)) {
    const bytes = await at.bytes(digest).catch((error: AppError) => error.code);
    if (bytes === 'STORAGE_FAILED') unreadable++;
    else if (!files.get(manifest)![name]!.equals(bytes as Buffer)) wrong.push(name);
  }
  return unreadable < 42 ? wrong : [...wrong, `${unreadable} files cannot be read`];
}

function copies(manifest: Digest) {
  return Object.keys(files.get(manifest)!).map((name) => ({
    content: digests.get(name)!,
    path: path.join(source, name),
  }));
}
const digests = new Map<string, Digest>();
beforeAll(async () => {
  const at = testStore(templates.both, 1);
  for (const { path: name, digest } of await at.files(young)) digests.set(name, digest);
  await at.store.close();
});

interface Plan {
  readonly calls: readonly string[];
  /** So many are tried. */
  readonly sampled: number;
  readonly by?: 'EIO' | 'ENOSPC';
  /** Only about these files of the store. */
  readonly paths?: readonly string[] | typeof NEW_PACKS;
  /** The things to do in which there are such calls. */
  readonly only?: readonly string[];
}

/** Packs while they are written, whatever they are called. */
const NEW_PACKS = 'new packs';
const namesModule = path.join(import.meta.dirname, '../support/known-names.mjs');
/** No program starts more threads, and none of them makes up more names before what it is tried at. */
const [THREADS, NAMES] = [24, 4];

/** What a program that is interrupted needs to have its files found. @param token not used twice for a store */
function interruptible(copy: string, task: StoreTask, { paths = [] }: Plan, token: string) {
  const files =
    paths === NEW_PACKS
      ? Array.from({ length: THREADS * NAMES }, (_, at) => {
          const name = `${token}-${Math.floor(at / NAMES)}-${1 + (at % NAMES)}.part`;
          return path.join('objects/packs', name);
        })
      : paths;
  return {
    paths: files.map((each) => path.join(copy, 'workspace', each)),
    program: ['--import', namesModule, ...storeProgram(copy, task)],
    environment: { LATHE_TEST_NAMES: token },
  };
}

/** What makes packs. */
const STORING = [
  'a first import',
  'an import again',
  COLLECTION,
  MERGE,
  'a repair from the files that were imported',
];
/** Files of the store, from the workspace. */
const index = ['objects/index.db', 'objects/index.db-wal', 'objects/index.db-journal'];
/** Files of the version that is written out, from the workspace. */
const folder = Object.keys(second).map((name) => path.join('../out', name));
const plans: Record<string, Plan> = {
  'a file is flushed': { calls: ['fsync', 'fdatasync'], sampled: 3 },
  'the folder of packs is flushed': { calls: ['fsync'], paths: ['objects/packs'], sampled: 2 },
  'the index is flushed': { calls: ['fsync', 'fdatasync'], paths: index, sampled: 2 },
  'the index is written': { calls: ['pwrite64'], paths: index, sampled: 2 },
  'a file is renamed': { calls: ['rename', 'renameat', 'renameat2'], sampled: 2 },
  'a file is removed': { calls: ['unlink', 'unlinkat', 'rmdir'], sampled: 2 },
  'the folder is written': {
    calls: ['pwrite64', 'openat'],
    paths: folder,
    sampled: 2,
    only: [CHECKOUT, UPDATE],
  },
  'a pack is written': { calls: ['write', 'fchmod', 'close'], paths: NEW_PACKS, sampled: 2, only: STORING },
  'anything is written': { calls: ['write', 'pwrite64'], sampled: 2 },
};
const failures: Record<string, Plan> = {
  'a flush fails': { calls: ['fsync', 'fdatasync'], sampled: 2, by: 'EIO' },
  'the index cannot be written': { calls: ['pwrite64'], paths: index, sampled: 2, by: 'EIO' },
  'the index has no room': { calls: ['pwrite64'], paths: index, sampled: 2, by: 'ENOSPC' },
  'a pack cannot be made': { calls: ['openat'], paths: NEW_PACKS, sampled: 2, by: 'ENOSPC', only: STORING },
  'a pack cannot be written': { calls: ['write'], paths: NEW_PACKS, sampled: 2, by: 'EIO', only: STORING },
  'a pack has no room': { calls: ['write'], paths: NEW_PACKS, sampled: 2, by: 'ENOSPC', only: STORING },
  'a pack cannot be flushed': {
    ...{ calls: ['fsync', 'fdatasync'], paths: NEW_PACKS, sampled: 2, by: 'EIO', only: STORING },
  },
  'a pack cannot be closed': {
    ...{ calls: ['fchmod', 'close'], paths: NEW_PACKS, sampled: 2, by: 'EIO', only: STORING },
  },
  'a renaming fails': { calls: ['rename'], sampled: 2, by: 'EIO' },
  'a file cannot be written': {
    calls: ['pwrite64'],
    paths: folder,
    sampled: 2,
    by: 'EIO',
    only: [CHECKOUT, UPDATE],
  },
};

let copiesMade = 0;

async function survives(world: StoreWorld, plan: Plan, call: string, number: number): Promise<boolean> {
  const copy = path.join(root, `copy-${copiesMade++}`);
  let at = await copyOf(world, copy);
  try {
    await world.prepare?.(at);
    await at.store.close();
    const task = world.task(copy);
    const { paths, program, environment } = interruptible(copy, task, plan, 'hit');
    const by = plan.by ?? 'kill';
    const ended = await interrupted({ calls: [call], number, by, paths }, program, environment);
    if (!ended.wasKilled && by === 'kill') expect(ended).toMatchObject({ code: 0, stderr: '' });
    if (by !== 'kill' && ended.code !== 0) {
      expect(ended.stderr).toBe('');
      const outcome = JSON.parse(ended.stdout) as StoreOutcome;
      expect(outcome).toMatchObject({ failed: { code: by === 'EIO' ? 'STORAGE_FAILED' : 'DISK_FULL' } });
    }
    at = testStore(copy, 1);
    expect(await (world.faults?.(at) ?? faultsOf(at, world.known))).toEqual([]);
    const result = await (world.again?.(at, copy, task) ?? doTask(at.store, task));
    await world.check(at, copy, result);
    return ended.wasKilled || ended.code !== 0;
  } catch (error) {
    throw new Error(`${call} ${number} (${copy}): ${(error as Error).message}`, { cause: error });
  } finally {
    await at.store.close();
    if (process.env.LATHE_TEST_KEEP === undefined) fs.rmSync(copy, { recursive: true, force: true });
  }
}

async function tryAll(world: StoreWorld, plan: Plan): Promise<{ tried: number; hit: number }> {
  const copy = path.join(root, `copy-${copiesMade++}`);
  const at = await copyOf(world, copy);
  await world.prepare?.(at);
  await at.store.close();
  const { paths, program, environment } = interruptible(copy, world.task(copy), plan, 'counted');
  const { counts, ended } = await countCalls(plan.calls, program, { paths, environment });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  fs.rmSync(copy, { recursive: true, force: true });
  const points = [...counts].flatMap(([call, count]) =>
    spread(count, most(plan.sampled)).map((number) => ({ call, number })),
  );
  let hit = 0;
  const queue = [...points];
  const runner = async () => {
    for (let point = queue.shift(); point; point = queue.shift()) {
      if (await survives(world, plan, point.call, point.number)) hit++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return { tried: points.length, hit };
}

const plansFor = (all: typeof plans, what: string) =>
  Object.entries(all).filter(([, { only = [what] }]) => only.includes(what));
const fault = straceFault();

describe.skipIf(fault !== null)('a store whose process is killed', { timeout: 600_000 }, () => {
  for (const [what, world] of Object.entries(worlds)) {
    it.each(plansFor(plans, what))(`during ${what} when %s`, async (when, plan) => {
      const { tried, hit } = await tryAll(world(), plan);
      console.info(`${what}, ${when}: ${hit} of ${tried} kills`);
      // Threads do not share their work in the same way each time, so that a number may not come up.
      expect(hit).toBeGreaterThanOrEqual(Math.floor(tried * 0.6));
    });
  }
});

describe.skipIf(fault !== null)('a store whose disk fails for a moment', { timeout: 600_000 }, () => {
  for (const [what, world] of Object.entries(worlds)) {
    it.each(plansFor(failures, what))(`during ${what}: %s`, async (when, plan) => {
      const { tried, hit } = await tryAll(world(), plan);
      console.info(`${what}, ${when}: ${hit} of ${tried} calls were told of it`);
    });
  }
});
