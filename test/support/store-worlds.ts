import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../app/contract/ids.ts';
import { filesBelow, noise, type TestStore, testStore } from './data-stores.ts';
import type { StoreTask } from './store-program.ts';

type Files = Readonly<Record<string, Buffer>>;

/** A store in a known state and something to do with it, for tests that interrupt it. */
export interface StoreWorld {
  /** Where a store stands that every test takes a copy of; sources beside it stay where they are. */
  readonly template: string;
  /** Versions that have been acknowledged and must be readable whatever happens, by manifest. */
  readonly known: ReadonlyMap<Digest, Files>;
  /** What must not be wrong after an interruption, in place of `known`: for a store that is damaged from the beginning. */
  faults?(at: TestStore): Promise<string[]>;
  /** Bring a copy into its state, as far as that cannot be copied. */
  prepare?(at: TestStore): Promise<void>;
  task(copy: string): StoreTask;
  /** What a person does after an interruption, where it is not the task alone. */
  again?(at: TestStore, copy: string, task: StoreTask): Promise<unknown>;
  /** What is true once the task was done, if need be after an interruption. */
  check(at: TestStore, copy: string, result: unknown): Promise<void>;
}

/** A version: many small files that share blocks, one of several chunks, one that compresses, an empty one. */
export function someFiles(seed: number): Record<string, Buffer> {
  const files: Record<string, Buffer> = {
    big: noise(1_300_000, seed),
    'text/lines': Buffer.from(
      Array.from({ length: 20_000 }, (_, row) => `${row},${seed},name ${row % 7}`).join('\n'),
    ),
    empty: Buffer.alloc(0),
  };
  for (let index = 0; index < 40; index++)
    files[`small/${index}`] = noise(12_000, seed * 1000 + index * 2 + 1);
  return files;
}

/** The same with a fourth of the small files changed, some gone and some added. */
export function laterFiles(files: Files, seed: number): Record<string, Buffer> {
  const later: Record<string, Buffer> = { ...files };
  for (let index = 0; index < 20; index++) {
    if (index % 2 === 0) later[`small/${index}`] = noise(12_000, seed * 7000 + index * 2 + 1);
    else delete later[`small/${index}`];
  }
  const big = Buffer.from(files.big!);
  noise(5000, seed).copy(big, 600_000);
  return { ...later, big, 'more/fresh': noise(70_000, seed + 1) };
}

/** Make a folder hold just these files. Their times are long ago, so that they are trusted. */
export function writeFolder(folder: string, files: Files): string {
  fs.rmSync(folder, { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
  }
  return folder;
}

/** A copy of a world's store, opened. */
export async function copyOf({ template }: Pick<StoreWorld, 'template'>, copy: string): Promise<TestStore> {
  fs.cpSync(template, copy, { recursive: true, preserveTimestamps: true });
  return testStore(copy, 1);
}

/**
 * What must be true after any interruption: all that was acknowledged reads back bit for bit, the store finds no fault with
 * itself, and nothing half-made is left.
 *
 * @returns the faults, in words; none if all is well
 */
export async function faultsOf(at: TestStore, known: StoreWorld['known']): Promise<string[]> {
  const faults: string[] = [];
  for (const [manifest, files] of known) {
    const found = await readVersion(at, manifest).catch((error: Error) => error);
    if (found instanceof Error) {
      faults.push(`${manifest}: ${found.message}`);
      continue;
    }
    const names = new Set([...Object.keys(files), ...Object.keys(found)]);
    for (const name of names) {
      if (!files[name] || !found[name]?.equals(files[name])) faults.push(`${name} of ${manifest} differs`);
    }
  }
  const damage = await at.store.verify({ manifests: [...known.keys()], contents: [] });
  for (const { kind, name, reason } of damage) faults.push(`${kind} ${name}: ${reason}`);
  const left = fs.readdirSync(at.packs).filter((name) => !name.endsWith('.pack'));
  return [...faults, ...left.map((name) => `${name} is left over`)];
}

/** All files of a version, read from the store. */
export async function readVersion(at: TestStore, manifest: Digest): Promise<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {};
  for (const { path: name, digest } of await at.files(manifest)) found[name] = await at.bytes(digest);
  return found;
}

/** How a folder differs from what it should hold. */
export function differences(folder: string, files: Files): string[] {
  const found = filesBelow(folder);
  const names = new Set([...Object.keys(files), ...Object.keys(found)]);
  return [...names].filter((name) => !files[name] || !found[name]?.equals(files[name]));
}
