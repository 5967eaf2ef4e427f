import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../app/contract/ids.ts';
import { csv, filesBelow, noise, type TestStore, testStore } from '../support/data-stores.ts';
import { type StoreOutcome, type StoreTask, storeProgram } from '../support/store-program.ts';

/** `LATHE_TEST_ORACLE_ROUNDS` asks for more; `LATHE_TEST_ORACLE_SEED` repeats what failed. */
const rounds = Number(process.env.LATHE_TEST_ORACLE_ROUNDS ?? 24);
const seed = Number(process.env.LATHE_TEST_ORACLE_SEED ?? Date.now() % 1_000_000);
const KILL_WITHIN_MS = 1500;

type Files = Record<string, Buffer>;

/** Chance that can be repeated. */
function chance(start: number) {
  let state = start | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return { next, below: (limit: number) => Math.floor(next() * limit) };
}
type Chance = ReturnType<typeof chance>;

function someBytes({ below }: Chance): Buffer {
  const kinds = [
    () => noise(below(3000), below(1000)),
    () => Buffer.from(csv(below(9000) + 1, below(1000))),
    () => noise(below(1_500_000), below(1000)),
    () => Buffer.alloc(below(700_000), 'same '),
    () => Buffer.alloc(0),
  ];
  return kinds[below(kinds.length)]!();
}

/** Change a tree as people do. */
function edit(files: Files, { below, next }: Chance): Files {
  const edited = { ...files };
  for (let changes = below(6) + 1; changes > 0; changes--) {
    const names = Object.keys(edited);
    const name = names[below(Math.max(1, names.length))];
    const fresh = `${['', 'a/', 'a/b/', 'c/'][below(4)]}${below(40)}.dat`;
    const old = name === undefined ? undefined : edited[name];
    if (old === undefined || next() < 0.4) edited[fresh] = someBytes({ below, next });
    else if (next() < 0.2) delete edited[name!];
    else if (next() < 0.3) {
      delete edited[name!];
      edited[fresh] = old;
    } else {
      const at = below(old.length + 1);
      const more = noise(below(200), below(1000));
      const skipped = next() < 0.5 ? 0 : below(100);
      edited[name!] = Buffer.concat([old.subarray(0, at), more, old.subarray(at + skipped)]);
    }
  }
  return Object.keys(edited).length > 0 ? edited : { first: noise(10) };
}

/** Touch only what differs. */
function put(folder: string, before: Files, after: Files): void {
  for (const name of Object.keys(before)) if (!after[name]) fs.rmSync(path.join(folder, name));
  for (const [name, bytes] of Object.entries(after)) {
    if (before[name]?.equals(bytes)) continue;
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), bytes);
  }
}

/** Do a task in a process of its own. @returns null if it was killed before it told the end */
async function run(
  folder: string,
  task: StoreTask,
  killAfterMs: number | null,
): Promise<StoreOutcome | null> {
  const child = spawn(process.execPath, storeProgram(folder, task), { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await once(child, 'close');
  clearTimeout(timer);
  return printed.endsWith('\n') ? (JSON.parse(printed) as StoreOutcome) : null;
}

async function readsBack(at: TestStore, manifest: Digest, files: Files): Promise<void> {
  const listed = await at.files(manifest);
  expect(listed.map((file) => file.path)).toEqual(Object.keys(files).sort());
  for (const { path: name, digest } of listed) {
    if (!(await at.bytes(digest)).equals(files[name]!)) throw new Error(`${name} of ${manifest} differs`);
  }
}

describe(`a store that is killed again and again (seed ${seed})`, () => {
  it('has every version that it acknowledged, bit for bit, and is not damaged', async () => {
    const luck = chance(seed);
    const versions = new Map<Digest, Files>();
    let at = testStore();
    const source = at.path('source');
    const out = at.path('out');
    let files: Files = {};
    fs.mkdirSync(source);
    const memory = () => (luck.next() < 0.7 ? 'source' : null);
    try {
      for (let round = 0; round < rounds; round++) {
        const edited = edit(files, luck);
        put(source, files, edited);
        files = edited;
        await at.store.close();
        const killAfterMs = luck.next() < 0.6 ? luck.below(KILL_WITHIN_MS) : null;
        const what = luck.next();
        const kept = [...versions.keys()].filter(() => luck.next() < 0.7);
        if (what < 0.6) {
          const outcome = await run(at.folder, { do: 'take', source, memory: memory() }, killAfterMs);
          if (outcome && 'done' in outcome)
            versions.set((outcome.done as { manifest: Digest }).manifest, files);
        } else if (what < 0.75) {
          for (const manifest of versions.keys()) if (!kept.includes(manifest)) versions.delete(manifest);
          const roots = { manifests: kept, contents: [] };
          await run(at.folder, { do: 'collect', roots, graceMs: 0, dryRun: false }, killAfterMs);
        } else if (what < 0.95 && versions.size > 0) {
          const manifest = [...versions.keys()][luck.below(versions.size)]!;
          const checkout = {
            do: 'checkout',
            manifest,
            folder: out,
            sealed: false,
            existing: 'overwrite',
          } as const;
          await run(at.folder, checkout, killAfterMs);
          await run(at.folder, checkout, null);
          const there = filesBelow(out);
          const wanted = versions.get(manifest)!;
          expect(Object.keys(there).sort()).toEqual(Object.keys(wanted).sort());
          for (const [name, bytes] of Object.entries(wanted)) expect(bytes.equals(there[name]!)).toBe(true);
        } else {
          for (const ending of ['', '-wal', '-shm']) {
            fs.rmSync(path.join(at.workspace, `objects/index.db${ending}`), { force: true });
          }
        }
        at = testStore(at.folder, 2);
        for (const [manifest, contents] of versions) await readsBack(at, manifest, contents);
      }
      const roots = { manifests: [...versions.keys()], contents: [] };
      expect(await at.store.verify(roots)).toEqual([]);
      expect(versions.size).toBeGreaterThan(0);
    } finally {
      await at.remove();
    }
  }, 1_800_000);
});
