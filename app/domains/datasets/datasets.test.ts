import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataWorkspace } from '../../../test/support/data-workspace.ts';
import type { DatasetVersion, ImportResult, ImportSource } from '../../contract/datasets.contract.ts';
import type { UploadId } from '../../contract/ids.ts';
import type { Core } from '../../kernel/core.ts';
import type { DataStore } from '../../kernel/ports/data-store.ts';
import { createUploads, type Datasets, datasetsRouter } from './index.ts';

const digits = new URL('../../../resources/sample/digits/digits.csv', import.meta.url).pathname;

let workspace: DataWorkspace<DataStore>;
let folder: string;
let core: Core;
let datasets: Datasets;
let uploads: ReturnType<typeof createUploads>;

beforeEach(() => {
  workspace = DataWorkspace.onDisk();
  ({ folder, core, datasets, uploads } = workspace);
});
afterEach(() => workspace.close());

const file = (name: string, content: string | Uint8Array) => workspace.file(name, content);
const load = (name: string, ...paths: string[]) => workspace.load(name, ...paths);
const failureOf = (name: string, ...paths: string[]) => workspace.failureOf(name, ...paths);
const end = (name: string, source: ImportSource) => workspace.end(name, source);
const kinds = () => workspace.kinds();
const pathsOf = async (version: DatasetVersion) =>
  (await datasets.files(version, { offset: 0, limit: 1000 })).files.map((entry) => entry.path);

async function* stream(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}

describe('importing a table', () => {
  it('gives version 1 with rows, columns, preview and profile', async () => {
    const { version, reused } = await load('digits', digits);
    expect(reused).toBe(false);
    expect(version).toMatchObject({
      datasetName: 'digits',
      version: 1,
      rows: 1797,
      files: 1,
      source: digits,
      format: 'csv',
      author: 'ada',
      parents: [],
    });
    expect(version.columns).toHaveLength(65);
    expect(kinds()).toEqual(['dataset.versioned', 'dataset.created']);
    const preview = await datasets.preview(version, 1795, 100);
    expect(preview.rows).toHaveLength(2);
    expect(preview.rows[1]!.at(-1)).toBe(8);
    const profile = await datasets.profile(version);
    expect(profile.at(-1)).toMatchObject({ name: 'label', count: 1797, distinct: 10 });
    expect(await datasets.profile(version)).toEqual(profile);
    const { files } = await datasets.files(version, { offset: 0, limit: 10 });
    expect(files).toMatchObject([
      { path: 'digits.csv', sizeBytes: fs.statSync(digits).size, executable: false },
    ]);
  });

  it('of unchanged content reuses its version, also an old one and from another place', async () => {
    const first = await load('t', file('a/t.csv', 'x\n1\n'));
    const second = await load('t', file('a/t.csv', 'x\n2\n'));
    const again = await load('t', file('elsewhere/t.csv', 'x\n1\n'));
    expect(second.version.version).toBe(2);
    expect(again).toMatchObject({ version: first.version, reused: true });
    expect(datasets.versions(undefined, 't').map((version) => version.version)).toEqual([2, 1]);
    expect(datasets.get(undefined, 't')).toMatchObject({ versions: 2, latest: { version: 2 } });
  });

  it('joins several files with the same columns, in the order of their names', async () => {
    const { version } = await load('t', file('2.csv', 'x,y\n2,b\n'), file('1.csv', 'x,y\n1,a\n'));
    expect((await datasets.preview(version, 0, 10)).rows).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('of files with other columns keeps them as files', async () => {
    const { version } = await load('t', file('1.csv', 'x,y\n1,a\n'), file('2.csv', 'x,z\n2,b\n'));
    expect(version).toMatchObject({ rows: null, columns: [], files: 2 });
    await expect(datasets.preview(version, 0, 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(datasets.forTraining(undefined, 't')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('that is malformed fails with its line and leaves nothing visible', async () => {
    const failure = await failureOf('bad', file('bad.csv', 'a,b\n1,2\n3\n'));
    expect(failure).toMatchObject({
      code: 'DATA_MALFORMED',
      data: { details: { path: 'bad.csv', line: 3 } },
    });
    expect(datasets.list()).toEqual([]);
    expect(kinds()).toEqual([]);
  });

  it('reads its table again from the store after the cache is lost', async () => {
    const { version } = await load('t', file('t.csv', 'x\n5\n6\n'));
    fs.rmSync(core.folders.cache, { recursive: true });
    const [table, same] = await Promise.all([
      datasets.forTraining(undefined, 't', 1),
      datasets.tableFile(version.id),
    ]);
    expect(table).toMatchObject({ versionId: version.id, datasetName: 't', version: 1, rows: 2 });
    expect(table.tablePath).toBe(same);
    expect((await datasets.preview(version, 0, 5)).rows).toEqual([[5], [6]]);
  });
});

describe('importing folders', () => {
  it('keeps every file under its path, sorted', async () => {
    const pixel = Buffer.from('89504e470d0a1a0a', 'hex');
    for (let index = 0; index < 30; index++) file(`images/class ${index % 3}/${index}.png`, pixel);
    file('images/labels.csv', 'a\n1\n');
    const { version } = await load('images', path.join(folder, 'images'));
    expect(version).toMatchObject({ rows: null, files: 31, sizeBytes: 30 * 8 + 4 });
    const paths = await pathsOf(version);
    expect(paths[0]).toBe('class 0/0.png');
    expect(paths).toEqual([...paths].sort());
    expect((await load('images', path.join(folder, 'images'))).reused).toBe(true);
  });

  it.each<[string, (inner: string) => void, string]>([
    ['a link', (inner) => fs.symlinkSync('/etc/passwd', path.join(inner, 'odd')), 'PATH_UNREADABLE'],
    ['a pipe', (inner) => execFileSync('mkfifo', [path.join(inner, 'odd')]), 'PATH_UNREADABLE'],
    [
      'a name that is not UTF-8',
      (inner) => fs.writeFileSync(Buffer.concat([Buffer.from(`${inner}/`), Buffer.from([0x6f, 0xff])]), 'x'),
      'PATH_UNREADABLE',
    ],
  ])('refuses %s, naming it', async (_what, plant, code) => {
    const inner = path.dirname(file('tree/deep/ok.txt', 'x'));
    plant(inner);
    const failure = await failureOf('t', path.join(folder, 'tree'));
    expect(failure.code).toBe(code);
    expect(failure.data.details.path).toContain(path.join('tree', 'deep', 'o'));
    expect(datasets.list()).toEqual([]);
  });

  it('refuses a folder without files, the workspace itself, and two files of one name', async () => {
    fs.mkdirSync(path.join(folder, 'empty', 'deep'), { recursive: true });
    expect((await failureOf('t', path.join(folder, 'empty'))).code).toBe('INVALID_INPUT');
    expect((await failureOf('t', folder)).message).toContain('workspace');
    expect((await failureOf('t', file('a/x.txt', '1'), file('b/x.txt', '2'))).message).toContain('"x.txt"');
  });

  it('refuses at once, without a job, paths that are relative, missing or special', async () => {
    const ask = (given: string) =>
      datasets.import({ name: 't', source: { kind: 'paths', paths: [given] }, message: '' });
    await expect(ask('data.csv')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(ask('~/lathe-no-such-file.csv')).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
      details: { path: path.join(os.homedir(), 'lathe-no-such-file.csv') },
    });
    await expect(ask('/dev/zero')).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
    expect(core.jobs.list({ active: false, limit: 10 })).toEqual([]);
  });
});

describe('imports at the same time', () => {
  it('into one name get consecutive versions, equal content one', async () => {
    const results = await Promise.all(
      [0, 1, 2, 3, 3, 3].map((value, index) => load('t', file(`${index}/t.csv`, `x\n${value}\n`))),
    );
    expect(new Set(results.map(({ version }) => version.version))).toEqual(new Set([1, 2, 3, 4]));
    expect(results.filter(({ reused }) => reused)).toHaveLength(2);
    expect(datasets.list()).toHaveLength(1);
  });

  it('leave nothing visible if they are cancelled, and can be done again', async () => {
    const big = file('big.csv', `a,b\n${'1,2\n'.repeat(2_000_000)}`);
    const job = await datasets.import({ name: 't', source: { kind: 'paths', paths: [big] }, message: '' });
    for await (const { progress } of core.jobs.watch(job.id, undefined)) {
      if (progress.fraction !== null && progress.fraction > 0.75) core.jobs.cancel(job.id);
    }
    expect((await core.jobs.ended(job.id)).state).toBe('cancelled');
    expect(datasets.list()).toEqual([]);
    expect(fs.readdirSync(path.join(core.folders.cache, 'tables'))).toEqual([]);
    expect((await load('t', big)).version.rows).toBe(2_000_000);
  });
});

describe('deleting a data set', () => {
  it('hides it, frees its name, says what it frees, and can be undone', async () => {
    const { version } = await load('t', file('t.csv', 'x\n1\n'));
    const rawBytes = 4 + (await workspace.store.size(version.digest));
    const { id, freesBytes } = await datasets.delete(undefined, 't');
    expect(id).toBe(version.datasetId);
    expect(freesBytes).toBeGreaterThan(0);
    // The store may keep them smaller.
    expect(freesBytes).toBeLessThanOrEqual(rawBytes);
    expect(datasets.list()).toEqual([]);
    expect(() => datasets.get(undefined, 't')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(datasets.versionById(version.id)).toEqual(version);
    expect(datasets.restore(version.datasetId)).toMatchObject({ name: 't', versions: 1 });
    expect(datasets.resolve(undefined, version.datasetId)).toEqual(version);
  });

  it('frees nothing that another data set holds too', async () => {
    const source = file('t.csv', 'x\n1\n');
    await load('a', source);
    await load('b', source);
    expect((await datasets.delete(undefined, 'a')).freesBytes).toBe(0);
    expect((await datasets.delete(undefined, 'b')).freesBytes).toBeGreaterThan(0);
  });

  it('lets the name be used again, and then is not restored over it', async () => {
    const { version: old } = await load('t', file('t.csv', 'x\n1\n'));
    await datasets.delete(undefined, 't');
    const { version: young, reused } = await load('t', file('t.csv', 'x\n1\n'));
    expect([young.version, reused]).toEqual([1, false]);
    expect(young.datasetId).not.toBe(old.datasetId);
    expect(() => datasets.restore(old.datasetId)).toThrow(
      expect.objectContaining({ code: 'ALREADY_EXISTS' }),
    );
  });
});

describe('finding a data set', () => {
  it('lists the last changed first and helps with a mistyped name or version', async () => {
    await load('first', file('a.csv', 'x\n1\n'));
    await load('second', file('b.csv', 'x\n2\n'));
    expect(datasets.list().map(({ name }) => name)).toEqual(['second', 'first']);
    expect(() => datasets.get(undefined, 'secnd')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', nextStep: 'Did you mean "second"?' }),
    );
    expect(() => datasets.resolve(undefined, 'first', 9)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', nextStep: 'Its latest version is 1.' }),
    );
  });
});

describe('the router', () => {
  it('answers every procedure of the contract in its form', async () => {
    const client = createRouterClient(datasetsRouter(datasets));
    const started = await client.import({ name: 't', source: { kind: 'paths', paths: [digits] } });
    expect((await core.jobs.ended(started.id)).state).toBe('finished');
    const { id } = await client.get({ dataset: 't' });
    expect(await client.list({})).toHaveLength(1);
    expect(await client.versions({ dataset: id })).toHaveLength(1);
    expect(await client.version({ dataset: 't' })).toMatchObject({ version: 1, parents: [], tags: {} });
    expect((await client.files({ dataset: 't', version: 'v1' })).total).toBe(1);
    const bytes = await client.fileBytes({ dataset: 't', path: 'digits.csv', offset: 6, length: 9 });
    expect(await bytes.text()).toBe(fs.readFileSync(digits, 'utf8').slice(6, 15));
    expect(await client.describe({ dataset: 't', description: 'numbers' })).toMatchObject({
      description: 'numbers',
    });
    expect(await client.tag({ dataset: 't', tags: { good: '' } })).toMatchObject({ tags: { good: '' } });
    expect(await client.untag({ dataset: 't', keys: ['good'] })).toMatchObject({ tags: {} });
    expect(await client.setAlias({ dataset: 't', alias: 'best' })).toMatchObject({ aliases: { best: 1 } });
    expect(await client.version({ dataset: 't', version: 'best' })).toMatchObject({ aliases: ['best'] });
    expect(await client.removeAlias({ dataset: 't', alias: 'best' })).toMatchObject({ aliases: {} });
    expect((await client.diff({ dataset: 't', before: 1 })).counts).toMatchObject({ added: 0, changed: 0 });
    const checkedOut = await client.checkout({ dataset: 't', folder: path.join(folder, 'out') });
    expect((await core.jobs.ended(checkedOut.id)).result).toMatchObject({ written: 1 });
    const verified = await client.verify({});
    expect((await core.jobs.ended(verified.id)).result).toMatchObject({ versions: 1, damaged: [] });
    expect(await client.preview({ dataset: 't', version: 1, limit: 3 })).toMatchObject({ totalRows: 1797 });
    expect(await client.profile({ dataset: 't' })).toHaveLength(65);
    expect(await client.delete({ dataset: 't' })).toMatchObject({ id });
    expect(await client.restore({ id })).toMatchObject({ id });
  });
});

describe('an upload', () => {
  it('is imported under its own name and taken away afterwards', async () => {
    const { id, name } = await uploads.receive('C:\\data\\../mine.csv', stream('x,y\n', '1,2\n'), 1000);
    expect(name).toBe('mine.csv');
    const job = await end('t', { kind: 'uploads', uploads: [id] });
    expect((job.result as ImportResult).version).toMatchObject({ rows: 1, source: 'Uploaded: mine.csv' });
    expect(fs.readdirSync(core.folders.uploads)).toEqual([]);
    await expect(end('t', { kind: 'uploads', uploads: [id] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['../../x', 'x'],
    ['/etc/passwd', 'passwd'],
    ['..', 'upload'],
    ['', 'upload'],
    ['a\0b\n.csv', 'ab.csv'],
    [`${'n'.repeat(500)}.csv`, `${'n'.repeat(196)}.csv`],
  ])('called %j is kept as %j inside the uploads folder', async (given, kept) => {
    const { id, name } = await uploads.receive(given, stream('x'), 10);
    expect(name).toBe(kept);
    expect(path.dirname(uploads.path(id))).toBe(core.folders.uploads);
  });

  it('that is too large or breaks off leaves nothing', async () => {
    await expect(uploads.receive('x', stream('12345', '67890'), 9)).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    async function* broken() {
      yield Buffer.from('12345');
      throw new Error('connection lost');
    }
    await expect(uploads.receive('x', broken(), 9)).rejects.toThrow('connection lost');
    expect(fs.readdirSync(core.folders.uploads)).toEqual([]);
  });

  it('that nobody takes is swept after a day, and a young one is not', async () => {
    const { id } = await uploads.receive('x', stream('1'), 10);
    const now = Date.now();
    const at = (nowMs: number) => createUploads({ ...core, clock: { now: () => nowMs } });
    await at(now).sweep();
    expect(uploads.name(id)).toBe('x');
    await at(now + 25 * 3_600_000).sweep();
    expect(() => uploads.path(id as UploadId)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(fs.readdirSync(core.folders.uploads)).toEqual([]);
  });
});

describe('a version as a folder of files', () => {
  it('has the files as they were imported, until it is removed and made again', async () => {
    file('images/a/1.png', 'one');
    file('images/2.png', 'two');
    const { version } = await load('images', path.join(folder, 'images'));
    expect(await datasets.checkouts.list()).toEqual([]);
    const at = await datasets.checkout(version);
    expect(at).toBe(datasets.checkoutPath(version));
    expect(fs.readFileSync(path.join(at, 'a/1.png'), 'utf8')).toBe('one');
    expect(await datasets.checkouts.list()).toEqual([version.digest]);
    await datasets.checkouts.remove(version.digest);
    expect(fs.existsSync(at)).toBe(false);
    expect(fs.readdirSync(await datasets.checkout(version)).sort()).toEqual(['2.png', 'a']);
  });
});
