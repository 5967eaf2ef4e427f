import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runLogs } from '../../../test/support/run-logs/fixtures.ts';
import {
  MLFLOW_RUN,
  mlflowDatabaseWriter,
  mlrunsWriter,
} from '../../../test/support/run-logs/mlflow-writer.ts';
import { TransferBench } from '../../../test/support/transfer-bench.ts';
import { mlflowNames } from './mlflow-names.ts';

let bench: TransferBench;
beforeEach(() => {
  bench = new TransferBench();
});
afterEach(() => bench.close());

describe('an mlruns folder that MLflow wrote', () => {
  it('gives its runs with their own ids, and leaves out what was deleted there', async () => {
    const { runs } = await bench.import(runLogs('mlflow'));
    expect(runs.map(({ name }) => name).sort()).toEqual(['first', 'open', 'second']);
    const first = bench.run('first');
    expect(fs.readdirSync(path.join(runLogs('mlflow/mlruns'), experimentFolder()))).toContain(first.id);
    expect(first).toMatchObject({
      experimentName: 'digits',
      status: 'finished',
      startedAt: 1_700_000_000_000,
      endedAt: 1_700_000_060_000,
      params: { lr: 0.1, 'model/layers': 3, text: 'a b\nc' },
      tags: { note: 'line one\nline two', team: 'größe' },
    });
    expect(bench.run('second')).toMatchObject({ status: 'failed', endedAt: 1_700_000_110_000 });
    expect(bench.run('open').status).toBe('lost');
  });

  it('gives metrics with their times and odd numbers, and artifacts', async () => {
    await bench.import(runLogs('mlflow'));
    const { id } = bench.run('first');
    expect(bench.points(id, 'odd')).toEqual([
      { key: 'odd', step: 0, timeMs: 1_700_000_000_001, value: 'NaN' },
      { key: 'odd', step: 1, timeMs: 1_700_000_000_002, value: 'Infinity' },
      { key: 'odd', step: 2, timeMs: 1_700_000_000_003, value: '-Infinity' },
    ]);
    expect(bench.points(id, 'far')[0]).toMatchObject({ step: 2 ** 40 });
    expect(bench.points(id, 'loss')).toHaveLength(20);
    expect((await bench.bytes('first', 'notes/a.txt')).toString()).toBe('kept\n');
  });

  it('may be named by an experiment or by one run', async () => {
    const experiment = path.join(runLogs('mlflow/mlruns'), experimentFolder());
    expect(await bench.import(experiment)).toMatchObject({ newRuns: 3 });
    const run = path.join(experiment, bench.run('first').id);
    expect(await bench.import(run)).toMatchObject({ newRuns: 0, knownRuns: 1, points: 0 });
  });
});

const experimentFolder = () =>
  fs.readdirSync(runLogs('mlflow/mlruns')).find((name) => name.length > 1 && !name.startsWith('.'))!;

describe('runs that MLflow nested', () => {
  it('are children of their parents, whichever comes first, and of no run that is not here', async () => {
    const [parent, child, orphan] = ['f', 'a', 'b'].map((digit) => digit.repeat(32));
    const folder = bench.place('nested');
    for (const [id, of] of [
      [parent, null],
      [child, parent],
      [orphan, 'e'.repeat(32)],
    ] as const) {
      const { runFolder } = mlrunsWriter(folder, id!);
      if (of) fs.writeFileSync(path.join(runFolder, 'tags', 'mlflow.parentRunId'), of);
    }
    await bench.import(folder);
    const parentOf = (id: string) => bench.runs.get(undefined, id).parentRunId;
    expect([parent, child, orphan].map((id) => parentOf(id!))).toEqual([null, parent, null]);
  });
});

describe('a run that is in a folder and in a database', () => {
  it('is one run', async () => {
    const folder = mlrunsWriter(bench.place('folder'));
    folder.log({ key: 'loss', step: 0, value: 1 }, { key: 'loss', step: 1, value: 2 });
    const database = mlflowDatabaseWriter(bench.place('database'));
    database.log({ key: 'loss', step: 1, value: 2 }, { key: 'loss', step: 2, value: 3 });
    await bench.import(folder.source);
    expect(await bench.import(database.source)).toMatchObject({ knownRuns: 1, points: 1 });
    database.close();
    expect(bench.points(MLFLOW_RUN as never).map(({ step }) => step)).toEqual([0, 1, 2]);
  });
});

describe('a database that was compacted', () => {
  it('brings no point twice though its rows have other numbers', async () => {
    const database = mlflowDatabaseWriter(bench.place('database'));
    const points = Array.from({ length: 10 }, (_, step) => ({ key: 'loss', step, value: step }));
    database.log(...points);
    await bench.import(database.source);
    // Rows are numbered anew: the new one is the first now.
    bench.rewrite(database.file, [
      'CREATE TABLE moved AS SELECT * FROM metrics ORDER BY step',
      'DELETE FROM metrics',
    ]);
    database.log({ key: 'loss', step: 10, value: 10 });
    bench.rewrite(database.file, ['INSERT INTO metrics SELECT * FROM moved']);
    expect(await bench.import(database.source)).toMatchObject({ points: 1 });
    expect(bench.points(MLFLOW_RUN as never).map(({ step }) => step)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    database.close();
  });
});

describe('names in MLflow', () => {
  it('are mended where MLflow allows none such, and stay apart', () => {
    const names = mlflowNames(['loss', 'a', 'a/b', '../../etc', 'x🙂', 'x_', 'größe/µ']);
    expect(names.get('loss')).toBe('loss');
    expect(names.get('größe/µ')).toBe('größe/µ');
    expect(names.get('a/b')).toBe('a/b');
    expect(names.get('a')).toBe('a_2');
    expect(names.get('../../etc')).toBe('etc');
    expect(new Set(names.values()).size).toBe(7);
  });
});
