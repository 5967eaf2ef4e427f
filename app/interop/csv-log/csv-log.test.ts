import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TransferBench } from '../../../test/support/transfer-bench.ts';
import { cellsOf, numberOf } from './csv-cells.ts';
import { layoutOf } from './csv-layout.ts';

let bench: TransferBench;
beforeEach(() => {
  bench = new TransferBench();
});
afterEach(() => bench.close());

function write(name: string, text: string): string {
  const file = bench.place(name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
}

const pointsOf = (run: string) =>
  bench.points(bench.run(run).id).map(({ key, step, value }) => [key, step, value]);

describe('a CSV log', () => {
  it('of Lightning has steps, gaps and hyper-parameters beside it', async () => {
    write(
      'lightning_logs/version_0/metrics.csv',
      'epoch,lr,step,train_loss\n0,,0,2.5\n0,0.1,49,\n1,,99,0.75\n',
    );
    write('lightning_logs/version_0/hparams.yaml', 'lr: 0.1\nmodel:\n  layers: 3\nbetas: [0.9, 0.99]\n');
    await bench.import(bench.place('lightning_logs'));
    expect(pointsOf('version_0')).toEqual([
      ['epoch', 0, 0],
      ['epoch', 49, 0],
      ['epoch', 99, 1],
      ['lr', 49, 0.1],
      ['train_loss', 0, 2.5],
      ['train_loss', 99, 0.75],
    ]);
    expect(bench.run('version_0')).toMatchObject({
      experimentName: 'lightning_logs',
      params: { lr: 0.1, 'model.layers': 3, betas: '[0.9,0.99]' },
    });
  });

  it('may get more columns later, as Lightning rewrites it', async () => {
    const file = write('version_0/metrics.csv', 'step,train_loss\n0,2.5\n1,1.5\n');
    await bench.import(bench.place('version_0'));
    fs.writeFileSync(file, 'a_loss,step,train_loss\n,0,2.5\n,1,1.5\n0.5,2,\n,3,0.75\n');
    expect(await bench.import(bench.place('version_0'))).toMatchObject({ newRuns: 0, points: 2 });
    expect(pointsOf('version_0')).toEqual([
      ['a_loss', 2, 0.5],
      ['train_loss', 0, 2.5],
      ['train_loss', 1, 1.5],
      ['train_loss', 3, 0.75],
    ]);
  });

  it('of Keras counts epochs, whatever separates its columns', async () => {
    const file = write('keras.csv', 'epoch;accuracy;loss\n0;0.5;1.5\n1;0.75;nan\n');
    await bench.import(file);
    expect(pointsOf('keras')).toEqual([
      ['accuracy', 0, 0.5],
      ['accuracy', 1, 0.75],
      ['loss', 0, 1.5],
      ['loss', 1, 'NaN'],
    ]);
  });

  it('of Ultralytics has padded names and arguments beside it', async () => {
    write('train/results.csv', '  epoch,   time,  train/box_loss\n  1,  10.5,  1.25\n  2, 20.5, 1.0\n');
    write('train/args.yaml', 'lr0: 0.01\nname: null\n');
    await bench.import(bench.place('train'));
    expect(pointsOf('train')).toEqual([
      ['time', 1, 10.5],
      ['time', 2, 20.5],
      ['train/box_loss', 1, 1.25],
      ['train/box_loss', 2, 1],
    ]);
    expect(bench.run('train').params).toEqual({ lr0: 0.01, name: 'null' });
  });

  it('with times of day keeps them', async () => {
    const file = write('board.csv', 'Wall time,Step,Value\n1700000000.5,10,0.25\n1700000001.5,20,0.125\n');
    await bench.import(file);
    expect(bench.points(bench.run('board').id)).toEqual([
      { key: 'Value', step: 10, timeMs: 1_700_000_000_500, value: 0.25 },
      { key: 'Value', step: 20, timeMs: 1_700_000_001_500, value: 0.125 },
    ]);
    expect(bench.run('board')).toMatchObject({ startedAt: 1_700_000_000_500, endedAt: 1_700_000_001_500 });
  });

  it('without times says nothing of how long its run took', async () => {
    write('plain/metrics.csv', 'step,loss\n0,2\n1,1\n');
    write('timed/metrics.csv', 'step,time,loss\n0,1700000000,2\n1,1700000090,1\n');
    await bench.import(bench.folder, { format: 'csv' });
    expect(bench.run('plain').durationMs).toBeNull();
    expect(bench.run('timed').durationMs).toBe(90_000);
    const named = (filter: string) =>
      bench.runs
        .list({ filter, orderBy: 'duration', descending: false, limit: 10, offset: 0 })
        .runs.map(({ name }) => name);
    expect(named('duration >= 0')).toEqual(['timed']);
    expect(named('duration IS NULL')).toEqual(['plain']);
    expect(named('')).toEqual(['timed', 'plain']);
  });

  it('that was begun anew in the same place is another run', async () => {
    const file = write('log/training.log', 'epoch,loss\n0,1.5\n1,1.25\n');
    await bench.import(file);
    fs.writeFileSync(file, 'epoch,loss\n0,1.75\n');
    expect(await bench.import(file)).toMatchObject({ newRuns: 1, points: 1 });
    expect(Object.keys(bench.contents())).toEqual(['log', 'log-2']);
  });

  it('has its texts left out, and says which', async () => {
    const file = write('x.csv', 'step,phase,loss\n0,warm up,1\n');
    expect((await bench.import(file)).notes).toEqual(['x: The column phase holds texts and was left out.']);
  });
});

describe('what is no CSV log', () => {
  it('is not taken for one', async () => {
    expect(layoutOf('0.5,1.5')).toBeNull();
    expect(layoutOf('word')).toBeNull();
    expect(layoutOf('a,a')).toBeNull();
    const names = write('names.csv', 'first,last\nAda,Lovelace\n');
    await expect(bench.import(names)).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  });
});

describe('cells', () => {
  it('may be quoted', () => {
    expect(cellsOf('1, "a,b" ,"say ""x""",', ',')).toEqual(['1', 'a,b', 'say "x"', '']);
  });

  it('are numbers in the ways that programs write them', () => {
    expect(['1', '-.5', '1e-3', 'inf', '-Infinity', 'True', 'false'].map(numberOf)).toEqual([
      1,
      -0.5,
      0.001,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1,
      0,
    ]);
    expect(numberOf('nan')).toBeNaN();
    expect(['', 'x', '1x', '0x10', '1,5'].map(numberOf)).toEqual([null, null, null, null, null]);
  });
});
