import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imagesFormat } from '../../../../native/formats/images/images.format.ts';
import { createDataCheckEngine } from '../../../../native/tables/checks/check-engine.ts';
import { readNpy } from '../../../../native/tables/checks/npy-file.ts';
import { DataWorkspace } from '../../../../test/support/data-workspace.ts';
import type { memoryDataStore } from '../../../../test/support/memory-data-store.ts';
import { type DataSplitSpec, dataSplitSpec } from '../../../contract/data-splits.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import { createSplits, type Splits } from './splits.service.ts';
import { trainingViews } from './training-views.ts';

const picture = path.resolve(import.meta.dirname, '../../../../test/fixtures/data-formats/images/cat/b.jpg');
const engine = createDataCheckEngine();
afterAll(() => engine.close());
let workspace: DataWorkspace<ReturnType<typeof memoryDataStore>>;
let splits: Splits;
let version: DatasetVersion;

beforeEach(async () => {
  workspace = DataWorkspace.inMemory();
  splits = createSplits(workspace.core, { engine, datasets: workspace.datasets });
  const lines = Array.from(
    { length: 100 },
    (_, i) => `${i},${i % 4},2026-01-${String(1 + (i % 28)).padStart(2, '0')}T00:00:00,${(i * 13) % 71}`,
  );
  const file = workspace.file('t.csv', `id,patient_id,seen,x\n${lines.join('\n')}\n`);
  ({ version } = await workspace.load('visits', file));
});
afterEach(() => workspace.close());

const three = [
  { name: 'train', fraction: 0.6 },
  { name: 'validation', fraction: 0.2 },
  { name: 'test', fraction: 0.2 },
];
const spec = (rest: object = { parts: three }): DataSplitSpec =>
  dataSplitSpec.parse({ method: { kind: 'random' }, ...rest });

describe('a split', () => {
  it('is made once and found by name; another one of its name is refused', async () => {
    const made = await splits.make(version, 'holdout', spec());
    expect(made).toMatchObject({ name: 'holdout', rows: 100, runs: 0, spec: { ignore: ['id'] } });
    expect(made.parts.map(({ rows }) => rows)).toEqual([60, 20, 20]);
    expect(await splits.make(version, 'holdout', spec())).toEqual(made);
    expect(splits.get(version, 'holdout')).toEqual(made);
    expect(splits.list(version)).toEqual([made]);
    await expect(splits.make(version, 'holdout', spec({ parts: three, seed: 8 }))).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    expect(() => splits.get(version, 'holdot')).toThrow(
      expect.objectContaining({ nextStep: 'Did you mean "holdout"?' }),
    );
    expect(workspace.kinds()[0]).toBe('dataset.split-made');
  });

  it('shows what may leak: groups and times that nobody spoke of', async () => {
    const { leakage } = await splits.make(version, 'holdout', spec());
    expect(leakage.leaks.map(({ kind, severity, columns }) => [kind, severity, ...columns])).toEqual([
      ['groups', 'suspicion', 'patient_id'],
      ['time', 'suspicion', 'seen'],
    ]);
    const declared = await splits.leakage(version, 'holdout', { groups: ['patient_id'], time: 'seen' });
    expect(declared.leaks.map(({ severity }) => severity)).toEqual(['leak', 'leak']);
    const grouped = await splits.make(
      version,
      'by-patient',
      spec({ folds: 4, method: { kind: 'grouped', columns: ['patient_id'] } }),
    );
    expect(grouped.parts.map(({ rows }) => rows)).toEqual([25, 25, 25, 25]);
    expect(grouped.leakage.leaks.map(({ kind }) => kind)).toEqual(['time']);
    await expect(splits.leakage(version, 'holdout', { groups: ['nobody'] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('has the same rows after a restart, without its cache and from its table made again', async () => {
    const made = await splits.make(version, 'holdout', spec());
    const folder = await splits.folder(version.id, { name: 'holdout' });
    const rows = await readNpy(path.join(folder, 'test.npy'));
    fs.rmSync(workspace.core.folders.cache, { recursive: true });
    const again = createSplits(workspace.core, { engine, datasets: workspace.datasets });
    expect(await readNpy(path.join(await again.folder(version.id, { name: 'holdout' }), 'test.npy'))).toEqual(
      rows,
    );
    again.remove(version, 'holdout');
    expect((await again.make(version, 'holdout', spec())).digest).toBe(made.digest);
    expect(await splits.rows(version, 'holdout', 'test', { offset: 5, limit: 3 })).toEqual({
      rows: rows.slice(5, 8),
      totalRows: 20,
    });
    await expect(splits.rows(version, 'holdout', 'tset', { offset: 0, limit: 1 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('that a run used is not removed', async () => {
    await splits.make(version, 'holdout', spec());
    const { database } = workspace.core;
    database.exec('PRAGMA foreign_keys = OFF');
    database
      .prepare(
        'INSERT INTO run_inputs (run_id, name, dataset_version_id, dataset_name, version, digest, split) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        'r'.repeat(32),
        'data',
        version.id,
        'visits',
        1,
        version.digest,
        JSON.stringify(splits.choose(version, { name: 'holdout' })),
      );
    expect(splits.get(version, 'holdout').runs).toBe(1);
    expect(() => splits.remove(version, 'holdout')).toThrow(expect.objectContaining({ code: 'IN_USE' }));
  });

  it('is for tables only', async () => {
    const files = await workspace.load('notes', workspace.file('notes.txt', 'words'));
    await expect(splits.make(files.version, 'holdout', spec())).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });
});

describe('the folder of a split', () => {
  it('says what it is, and has the rows of each part', async () => {
    const made = await splits.make(version, 'holdout', spec());
    const [folder, same] = await Promise.all([
      splits.folder(version.id, { name: 'holdout' }),
      splits.folder(version.id, { name: 'holdout' }),
    ]);
    expect(same).toBe(folder);
    expect(folder).toBe(splits.folderPath(version.id, { name: 'holdout' }));
    expect(fs.readdirSync(path.dirname(folder))).toEqual([path.basename(folder)]);
    expect(JSON.parse(fs.readFileSync(path.join(folder, 'split.json'), 'utf8'))).toEqual({
      version: 1,
      split: 'holdout',
      dataset: 'visits',
      datasetVersion: 1,
      digest: made.digest,
      rows: 100,
      parts: [
        { name: 'train', rows: 60, file: 'train.npy' },
        { name: 'validation', rows: 20, file: 'validation.npy' },
        { name: 'test', rows: 20, file: 'test.npy' },
      ],
    });
    const rows = await Promise.all(three.map(({ name }) => readNpy(path.join(folder, `${name}.npy`))));
    expect(rows.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, row) => row));
  });
});

describe('the folder of a split of pictures', () => {
  it('names the files of each part, those of its own version where another one is parted alike', async () => {
    workspace.datasets = workspace.createDatasets({ formats: [imagesFormat] });
    splits = createSplits(workspace.core, { engine, datasets: workspace.datasets });
    const folder = path.join(workspace.folder, 'pictures');
    const put = (name: string) => {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.copyFileSync(picture, path.join(folder, name));
    };
    for (const name of ['cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg', 'dog/2.jpg']) put(name);
    const first = (await workspace.load('pictures', folder)).version;
    fs.renameSync(path.join(folder, 'cat/2.jpg'), path.join(folder, 'cat/3.jpg'));
    const second = (await workspace.load('pictures', folder)).version;
    const byLabel = spec({ folds: 2, method: { kind: 'grouped', columns: ['label'] } });
    const digests = [];
    const files: Record<string, string[]>[] = [];
    for (const each of [first, second]) {
      digests.push((await splits.make(each, 'halves', byLabel)).digest);
      const place = await splits.folder(each.id, { name: 'halves', fold: 1 });
      const { parts } = JSON.parse(fs.readFileSync(path.join(place, 'split.json'), 'utf8'));
      const listed = parts.map((part: { name: string; files: string }) => [
        part.name,
        fs
          .readFileSync(path.join(place, part.files), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ]);
      files.push(Object.fromEntries(listed));
    }
    expect(digests[0]).toBe(digests[1]);
    expect(Object.keys(files[0]!)).toEqual(['train', 'test']);
    expect(Object.values(files[0]!).flat().sort()).toEqual([
      'cat/1.jpg',
      'cat/2.jpg',
      'dog/1.jpg',
      'dog/2.jpg',
    ]);
    expect(Object.values(files[1]!).flat().sort()).toEqual([
      'cat/1.jpg',
      'cat/3.jpg',
      'dog/1.jpg',
      'dog/2.jpg',
    ]);
  });
});

describe('folds', () => {
  it('are held out in turn, with the next one to validate on', async () => {
    const made = await splits.make(version, 'cv', spec({ folds: 5 }));
    expect(trainingViews(made, { name: 'cv', fold: 5 })).toEqual([
      { name: 'train', of: [1, 2, 3] },
      { name: 'validation', of: [0] },
      { name: 'test', of: [4] },
    ]);
    const two = await splits.make(version, 'halves', spec({ folds: 2 }));
    expect(trainingViews(two, { name: 'halves', fold: 1 }).map(({ name }) => name)).toEqual([
      'train',
      'test',
    ]);
    for (const wrong of [{ name: 'cv' }, { name: 'cv', fold: 6 }]) {
      expect(() => splits.choose(version, wrong)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    }
    await splits.make(version, 'holdout', spec());
    expect(() => splits.choose(version, { name: 'holdout', fold: 1 })).toThrow('has no folds');
  });

  it('of time are trained on what lies before', async () => {
    const made = await splits.make(
      version,
      'rolling',
      spec({ folds: 4, method: { kind: 'time', column: 'seen' } }),
    );
    expect(trainingViews(made, { name: 'rolling', fold: 4 })).toEqual([
      { name: 'train', of: [0, 1] },
      { name: 'validation', of: [2] },
      { name: 'test', of: [3] },
    ]);
    expect(trainingViews(made, { name: 'rolling', fold: 2 })).toEqual([
      { name: 'train', of: [0] },
      { name: 'test', of: [1] },
    ]);
    expect(() => trainingViews(made, { name: 'rolling', fold: 1 })).toThrow('Nothing lies before');
  });
});
