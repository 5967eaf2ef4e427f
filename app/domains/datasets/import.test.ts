import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHashing } from '../../../native/hashing/blake3.ts';
import { createTableFormats } from '../../../native/tables/table-format.ts';
import { DataWorkspace } from '../../../test/support/data-workspace.ts';
import type { ImportResult, VerifyResult } from '../../contract/datasets.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { DataFormat } from '../../kernel/ports/data-format.ts';
import type { DataSource } from '../../kernel/ports/data-source.ts';
import type { DataStore } from '../../kernel/ports/data-store.ts';
import { createObjectStore } from '../../storage/object-store.ts';

let workspace: DataWorkspace<DataStore>;
beforeEach(() => {
  workspace = DataWorkspace.onDisk();
});
afterEach(() => workspace.close());

/** Until files that were just written are old enough to be believed by their times. */
const untilFilesAreOld = () => delay(2300);

const pathsOf = async ({ version }: ImportResult) =>
  (await workspace.datasets.files(version, { offset: 0, limit: 1000 })).files.map((file) => file.path);

describe('importing again', () => {
  it('reads nothing of an unchanged folder, only what changed of another, and everything if it shall', async () => {
    for (let index = 0; index < 20; index += 1) workspace.file(`set/${index}.bin`, randomBytes(5000));
    await untilFilesAreOld();
    const set = workspace.path('set');
    const first = await workspace.load('set', set);
    expect(first).toMatchObject({ reused: false, readBytes: 100_000 });
    expect(await workspace.load('set', set)).toMatchObject({ reused: true, readBytes: 0, addedBytes: 0 });
    expect(await workspace.loadWith('set', { rehash: true }, set)).toMatchObject({
      reused: true,
      readBytes: 100_000,
    });
    workspace.file('set/7.bin', randomBytes(5000));
    const second = await workspace.load('set', set);
    expect(second).toMatchObject({ reused: false, readBytes: 5000, version: { version: 2, files: 20 } });
  });
});

describe('importing the next version from where nothing is remembered', { timeout: 120_000 }, () => {
  const rows = (edit: (row: number) => string) =>
    `id,value,more\n${Array.from({ length: 40_000 }, (_, row) => `${row},${(row * 7919) % 100_003},${edit(row)}`).join('\n')}\n`;
  const tables = [rows(() => 'same'), rows((row) => (row % 50 === 0 ? 'changed' : 'same'))] as const;

  it('stores of an upload only what differs from the version before', async () => {
    const sizes: number[] = [];
    for (const table of tables) {
      const sent = (async function* () {
        yield Buffer.from(table);
      })();
      const { id } = await workspace.uploads.receive('table.csv', sent, 10_000_000);
      const job = await workspace.end('table', { kind: 'uploads', uploads: [id] });
      expect(job.failure).toBe(null);
      sizes.push((job.result as ImportResult).addedBytes);
    }
    expect(sizes[1]).toBeLessThan(sizes[0]! / 4);
  });

  it('does so of a file in another folder too', async () => {
    const sizes: number[] = [];
    for (const [at, table] of tables.entries()) {
      sizes.push((await workspace.load('table', workspace.file(`${at}/table.csv`, table))).addedBytes);
    }
    expect(sizes[1]).toBeLessThan(sizes[0]! / 4);
  });
});

describe('the patterns of an import', () => {
  beforeEach(() => {
    for (const name of ['a.csv', 'b/a.csv', 'b/notes.txt', 'b/.cache/x.bin', 'c.tmp'])
      workspace.file(`set/${name}`, 'x\n1\n');
  });
  const load = (wish: object) => workspace.loadWith('set', wish, workspace.path('set'));

  it('take only what is wanted, and leave out what is not', async () => {
    expect(await pathsOf(await load({ include: ['*.csv'] }))).toEqual(['a.csv', 'b/a.csv']);
    expect(await pathsOf(await load({ exclude: ['*.tmp', '.cache/'] }))).toEqual([
      'a.csv',
      'b/a.csv',
      'b/notes.txt',
    ]);
    expect(await pathsOf(await load({ include: ['b/**'], exclude: ['.cache'] }))).toEqual([
      'b/a.csv',
      'b/notes.txt',
    ]);
  });

  it('that want nothing make no version', async () => {
    const { state, failure } = await workspace.end(
      'set',
      { kind: 'paths', paths: [workspace.path('set')] },
      { include: ['*.parquet'] },
    );
    expect([state, failure?.code]).toEqual(['failed', 'INVALID_INPUT']);
    expect(workspace.datasets.list()).toEqual([]);
  });
});

describe('the format of an import', () => {
  it('is found out, or said: just files, or one that must fit', async () => {
    const table = workspace.file('t.csv', 'x\n1\n');
    const other = workspace.file('u.csv', 'y\n1\n');
    expect((await workspace.loadWith('plain', { format: 'files' }, table)).version).toMatchObject({
      rows: null,
      format: null,
    });
    const end = (format: string, ...paths: string[]) =>
      workspace.end('t', { kind: 'paths', paths }, { format });
    expect((await end('csv', table, other)).failure?.code).toBe('DATA_MALFORMED');
    expect((await end('xlsx', table)).failure).toMatchObject({ code: 'UNSUPPORTED' });
    expect(fs.readdirSync(path.join(workspace.core.folders.cache, 'tables'))).toEqual([]);
  });

  it('makes the table of the version, also if the file becomes another meanwhile', async () => {
    const source = workspace.file('t.csv', 'x\n1\n2\n');
    await untilFilesAreOld();
    const read: string[] = [];
    const [csv] = createTableFormats(workspace.tables);
    const meddling: DataFormat = {
      ...csv!,
      async tabulate(files, destination, options) {
        read.push(files[0]!.path);
        if (read.length === 1) fs.writeFileSync(source, 'x\n8\n9\n');
        return csv!.tabulate(files, destination, options);
      },
    };
    workspace.datasets = workspace.createDatasets({ formats: [meddling] });
    const { version } = await workspace.load('t', source);
    expect((await workspace.datasets.preview(version, 0, 10)).rows).toEqual([[1], [2]]);
    expect(read[0]).toBe(source);
    expect(read[1]).toContain(workspace.core.folders.cache);
  });

  it('reads an old file where it lies, without copying it first', async () => {
    const source = workspace.file('t.csv', 'x\n1\n');
    await untilFilesAreOld();
    const read: string[] = [];
    const [csv] = createTableFormats(workspace.tables);
    const watched: DataFormat = {
      ...csv!,
      tabulate(files, destination, options) {
        read.push(...files.map((file) => file.path));
        return csv!.tabulate(files, destination, options);
      },
    };
    workspace.datasets = workspace.createDatasets({ formats: [watched] });
    await workspace.load('t', source);
    expect(read).toEqual([source]);
  });
});

describe('a source that brings data here', () => {
  /** Fails in the middle the first time, and tells what it found in its folder at every call. */
  function faltering(found: string[][]): DataSource {
    return {
      kind: 'url',
      check: async () => {},
      async fetch(_, { spoolFolder }) {
        found.push(fs.readdirSync(spoolFolder));
        fs.writeFileSync(path.join(spoolFolder, 'part'), 'x\n1\n');
        if (found.length === 1) throw new AppError('TARGET_FAILED', 'The other side hung up.');
        return {
          trees: [{ path: path.join(spoolFolder, 'part'), name: 'table.csv' }],
          description: 'somewhere',
          memory: null,
        };
      },
    } as DataSource;
  }
  const source = {
    kind: 'url',
    url: 'http://127.0.0.1:1/table.csv',
    digest: null,
    name: null,
    credential: null,
  } as const;

  it('goes on from what an interrupted import left, and leaves nothing in the end', async () => {
    const found: string[][] = [];
    workspace.datasets = workspace.createDatasets({ sources: [faltering(found)] });
    expect((await workspace.end('t', source)).failure?.code).toBe('TARGET_FAILED');
    const { result } = await workspace.end('t', source);
    expect(result as ImportResult).toMatchObject({ version: { rows: 1, source: 'somewhere' } });
    expect(found).toEqual([[], ['part']]);
    expect(fs.readdirSync(path.join(workspace.core.folders.cache, 'spool'))).toEqual([]);
  });

  it('is named by its host before anything else is said', async () => {
    const said: string[] = [];
    const waiting: DataSource = {
      ...faltering([]),
      async fetch(_, { signal }) {
        while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
        throw signal.reason;
      },
    };
    workspace.datasets = workspace.createDatasets({ sources: [waiting] });
    const { id } = await workspace.datasets.import({ name: 't', source });
    for await (const { progress } of workspace.core.jobs.watch(id, undefined)) {
      if (progress.message !== '') said.push(progress.message);
      if (said.length === 1) workspace.core.jobs.cancel(id);
    }
    expect([...new Set(said)]).toEqual(['Fetching from 127.0.0.1:1']);
  });

  it('is refused if there is no driver for it', async () => {
    await expect(workspace.datasets.import({ name: 't', source })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });
});

describe('a check before a version is published', () => {
  it('may refuse it, and then nothing of it is left to see', async () => {
    const asked: unknown[] = [];
    workspace.datasets = workspace.createDatasets({
      async beforePublish(publishing, tablePath) {
        asked.push(publishing.rows, publishing.datasetId, fs.existsSync(tablePath!));
        throw new AppError('CHECK_FAILED', 'Too few rows.');
      },
    });
    expect((await workspace.failureOf('t', workspace.file('t.csv', 'x\n1\n'))).code).toBe('CHECK_FAILED');
    expect(asked).toEqual([1, null, true]);
    expect(workspace.datasets.list()).toEqual([]);
    expect(fs.readdirSync(path.join(workspace.core.folders.cache, 'tables'))).toEqual([]);
  });
});

describe('a version of a workspace that knew no packs', () => {
  it('is read, written out and told to be unchanged', async () => {
    const source = workspace.file('old.csv', 'x\n1\n2\n');
    const { core, datasets, projects } = workspace;
    const objects = createObjectStore(core.folders, createHashing());
    const { digest, sizeBytes } = await objects.put({ path: source });
    const manifest = JSON.stringify({ files: [{ path: 'old.csv', sizeBytes, digest }] });
    const stored = await objects.put({ bytes: Buffer.from(manifest) });
    const [datasetId, versionId] = ['1'.repeat(32), '2'.repeat(32)];
    core.database
      .prepare(
        "INSERT INTO datasets (id, project_id, name, created_at, updated_at) VALUES (?, ?, 'old', 1, 1)",
      )
      .run(datasetId, projects.resolve().id);
    core.database
      .prepare(
        `INSERT INTO dataset_versions (id, dataset_id, version, digest, message, rows, columns, files, size_bytes, source, created_at)
         VALUES (?, ?, 1, ?, '', 2, '[{"name":"x","type":"integer"}]', 1, ?, '', 1)`,
      )
      .run(versionId, datasetId, stored.digest, sizeBytes);
    const version = datasets.resolve(undefined, 'old');
    expect((await datasets.files(version, { offset: 0, limit: 5 })).files).toMatchObject([
      { path: 'old.csv', digest },
    ]);
    expect((await datasets.preview(version, 0, 5)).rows).toEqual([[1], [2]]);
    const folder = await datasets.checkout(version);
    expect(fs.readFileSync(path.join(folder, 'old.csv'), 'utf8')).toBe('x\n1\n2\n');
    expect(await workspace.load('old', source)).toMatchObject({ reused: true, version: { id: versionId } });
  });
});

describe('an import whose process is killed', () => {
  const program = (root: string, source: string) => `
    const here = (name) => import(new URL(name, ${JSON.stringify(import.meta.url)}).href);
    const { DataWorkspace } = await here('../../../test/support/data-workspace.ts');
    const workspace = DataWorkspace.at(${JSON.stringify(root)});
    const job = await workspace.datasets.import({ name: 'big', source: { kind: 'paths', paths: [${JSON.stringify(source)}] } });
    for await (const { progress } of workspace.core.jobs.watch(job.id, undefined)) {
      process.stdout.write(progress.message + '\\n');
    }
    process.stdout.write(JSON.stringify(await workspace.core.jobs.ended(job.id)) + '\\n');
    await workspace.close();`;

  function untilTold(child: ChildProcess, words: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let told = '';
      child.stdout!.setEncoding('utf8').on('data', (text: string) => {
        told += text;
        if (told.includes(words)) resolve();
      });
      child.once('exit', () => reject(new Error(`It ended after it told: ${told}`)));
    });
  }

  function start(source: string): ChildProcess {
    const file = workspace.file('import.mjs', program(workspace.core.folders.root, source));
    return spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  it('leaves nothing to see, and the next one finishes it', async () => {
    const source = workspace.path('big');
    for (let index = 0; index < 60; index += 1) workspace.file(`big/${index}.bin`, randomBytes(4 << 20));
    // A hole that takes much longer to read than the longest wait below, on any machine: no import ends before it is killed.
    const endless = workspace.file('big/endless.bin', '');
    fs.truncateSync(endless, 2 ** 36);
    for (const waitMs of [0, 100, 250]) {
      const child = start(source);
      const exited = once(child, 'exit');
      await untilTold(child, 'Storing');
      await delay(waitMs);
      child.kill('SIGKILL');
      const [, signal] = await exited;
      expect(signal).toBe('SIGKILL');
      expect(workspace.datasets.list()).toEqual([]);
    }
    fs.rmSync(endless);
    const job = await workspace.core.jobs.ended(
      (await workspace.datasets.import({ name: 'big', source: { kind: 'paths', paths: [source] } })).id,
    );
    expect(job.failure).toBeNull();
    const { version, addedBytes } = job.result as ImportResult;
    expect(version).toMatchObject({ version: 1, files: 60, sizeBytes: 60 * (4 << 20) });
    expect(addedBytes).toBeLessThan(61 * (4 << 20));
    const verified = await workspace.core.jobs.ended(workspace.datasets.verify([version], 'Verify').id);
    expect(verified.result as VerifyResult).toMatchObject({ damaged: [] });
    const folder = workspace.path('out');
    const out = workspace.datasets.checkoutTo(version, { folder, prefix: '', existing: 'refuse' });
    expect((await workspace.core.jobs.ended(out.id)).failure).toBeNull();
    for (const name of fs.readdirSync(source)) {
      expect(fs.readFileSync(path.join(folder, name)).equals(fs.readFileSync(path.join(source, name)))).toBe(
        true,
      );
    }
  }, 300_000);
});
