import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHashing } from '../../../../native/hashing/blake3.ts';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import { searchedRuns } from '../../../../test/support/searched-runs.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { StorageKeeper } from '../../../kernel/ports/storage-keeper.ts';
import { createObjectStore, type ObjectStore } from '../../../storage/object-store.ts';
import { encodeCodeManifest } from '../code/code-manifest.ts';
import { refusePurged } from './refuse-purged.ts';
import { createRunKeeper } from './run-keeper.ts';

let folder: string;
let core: Core;
let objects: ObjectStore;
let keeper: StorageKeeper;
let run: RunId;
const clock = fakeClock();

const bytes = (text: string) => new TextEncoder().encode(text);
const count = (table: string) => core.database.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()!.n;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-run-keeper-'));
  core = testCore(folder, clock);
  objects = createObjectStore(core.folders, createHashing());
  keeper = createRunKeeper(core, objects);
  run = searchedRuns(core.database).add({
    name: 'first',
    params: { lr: 0.1 },
    metrics: { loss: 0.5 },
    tags: { team: 'red' },
  }) as RunId;
});
afterEach(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

async function addArtifact(): Promise<string> {
  const { digest, sizeBytes } = await objects.put({ bytes: bytes('weights') });
  core.database
    .prepare(
      'INSERT INTO run_artifacts (id, run_id, path, size_bytes, digest, created_at) VALUES (?, ?, ?, ?, ?, 0)',
    )
    .run(newId(), run, 'model/weights.bin', sizeBytes, digest);
  return digest;
}

const deleteRun = (at: number) =>
  core.database.prepare('UPDATE runs SET deleted_at = ? WHERE id = ?').run(at, run);

describe('what a run keeps', () => {
  it('is its artifacts, the list and the files of its code, the patch and its folder', async () => {
    const artifact = await addArtifact();
    const file = await objects.put({ bytes: bytes('print(1)') });
    const patch = await objects.put({ bytes: bytes('diff') });
    const list = await objects.put({
      bytes: encodeCodeManifest([{ path: 'train.py', mode: 0o644, ...file }]),
    });
    const code = {
      digest: list.digest,
      files: 1,
      sizeBytes: 8,
      folder: '/home/ada',
      git: { diff: patch.digest },
    };
    core.database.prepare('UPDATE runs SET code = ? WHERE id = ?').run(JSON.stringify(code), run);
    const [thing] = await keeper.things();
    expect(thing).toMatchObject({
      kind: 'run',
      name: 'first',
      deletedAt: null,
      folder: core.folders.run(run),
    });
    expect([...thing!.contents].sort()).toEqual([artifact, file.digest, patch.digest, list.digest].sort());
  });

  it('is told also where the list of its code is gone', async () => {
    const code = { digest: 'ab'.repeat(32), files: 1, sizeBytes: 8, folder: '/home/ada', git: null };
    core.database.prepare('UPDATE runs SET code = ? WHERE id = ?').run(JSON.stringify(code), run);
    expect((await keeper.things())[0]!.contents).toEqual([code.digest]);
  });

  it('counts what clients uploaded beside runs', async () => {
    const { digest } = await objects.put({ bytes: bytes('figure') });
    core.database
      .prepare(
        "INSERT INTO client_files (id, owner, path, size_bytes, digest, created_at) VALUES ('f', '', 'a.png', 6, ?, 0)",
      )
      .run(digest);
    expect(await keeper.things()).toMatchObject([
      { kind: 'run' },
      { kind: 'file', name: 'a.png', contents: [digest] },
    ]);
  });
});

describe('purging runs', () => {
  it('gives up a run that was deleted long enough ago, and leaves only its row', async () => {
    await addArtifact();
    deleteRun(1000);
    expect(await keeper.purge(1000, false)).toEqual([]);
    expect(await keeper.purge(1001, true)).toMatchObject([{ id: run }]);
    expect((await keeper.things())[0]).toMatchObject({ id: run, deletedAt: 1000 });

    expect(await keeper.purge(1001, false)).toMatchObject([{ id: run, folder: core.folders.run(run) }]);
    expect(await keeper.things()).toEqual([]);
    expect(['run_artifacts', 'run_params', 'run_tags', 'metric_keys'].map(count)).toEqual([0, 0, 0, 0]);
    expect(count('runs')).toBe(1);
    expect(() => refusePurged(core.database, run)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(await keeper.purge(2000, false)).toEqual([]);
    expect(core.events.list({ limit: 1 })[0]).toMatchObject({ kind: 'run.purged' });
  });

  it('does not touch a run that is not deleted', async () => {
    await addArtifact();
    expect(await keeper.purge(Number.MAX_SAFE_INTEGER, false)).toEqual([]);
    expect(count('run_artifacts')).toBe(1);
    refusePurged(core.database, run);
  });

  it('keeps a deleted run while a registered model consists of its artifacts', async () => {
    await addArtifact();
    deleteRun(1000);
    const { database } = core;
    const project = database.prepare('SELECT project_id FROM runs').get()!.project_id!;
    database
      .prepare("INSERT INTO models (id, project_id, name, created_at, updated_at) VALUES ('m', ?, 'm', 0, 0)")
      .run(project);
    database
      .prepare(
        `INSERT INTO model_versions (id, model_id, version, digest, size_bytes, signature, metrics, description, metadata,
           created_at, source) VALUES ('v', 'm', 1, '', 0, '{}', '{}', '', '{}', 0, ?)`,
      )
      .run(`runs:/${run}/model`);
    expect(await keeper.purge(5000, false)).toEqual([]);
    database.prepare('UPDATE model_versions SET deleted_at = 1').run();
    expect(await keeper.purge(5000, false)).toMatchObject([{ id: run }]);
  });
});
