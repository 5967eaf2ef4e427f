import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runLogs } from '../../../test/support/run-logs/fixtures.ts';
import {
  artifactRecord,
  frameLogRecord,
  record,
  wandbWriter,
} from '../../../test/support/run-logs/wandb-writer.ts';
import { TransferBench } from '../../../test/support/transfer-bench.ts';
import { WireWriter } from '../protobuf/wire-writer.ts';
import { parseLooseJson } from './loose-json.ts';

let bench: TransferBench;
beforeEach(() => {
  bench = new TransferBench();
});
afterEach(() => bench.close());

describe('an offline run that wandb wrote', () => {
  beforeEach(async () => {
    expect(await bench.import(runLogs('wandb'))).toMatchObject({
      newRuns: 1,
      points: 63,
      skipped: [],
      notes: [],
    });
  });

  it('keeps its name, project, configuration, notes and tags', () => {
    expect(bench.run('baseline')).toMatchObject({
      experimentName: 'mnist',
      status: 'finished',
      params: { lr: 0.1, layers: 3, deep: true, 'optimizer.name': 'adam', 'optimizer.betas': '[0.9,0.999]' },
      tags: {
        'wandb.id': 'abc12345',
        'wandb.group': 'ablation',
        'wandb.job_type': 'train',
        'wandb.notes': 'a note',
        'wandb.tags': 'first, größe',
      },
      summary: { best: 0.95, label: 'good', word: 'a text' },
      environment: { python: expect.stringContaining('CPython 3.11') },
    });
  });

  it('keeps every logged value, nested ones by their dotted names', () => {
    const { id } = bench.run('baseline');
    const values = (key: string) => bench.points(id, key).map(({ step, value }) => [step, value]);
    expect(values('loss')).toEqual(Array.from({ length: 20 }, (_, step) => [step, 1 / (step + 1)]));
    expect(values('val.accuracy')).toEqual(Array.from({ length: 20 }, (_, step) => [step, step / 20]));
    expect(values('größe/µ')).toHaveLength(20);
    expect([...values('odd'), ...values('up'), ...values('down')]).toEqual([
      [20, 'NaN'],
      [20, 'Infinity'],
      [20, '-Infinity'],
    ]);
  });

  it('keeps its files, with the key and the step of what was logged', async () => {
    const { artifacts } = bench.run('baseline');
    expect(artifacts.map(({ kind, key, step }) => [kind, key, step])).toEqual([
      ['table', 'weights', null],
      ['image', 'sample', 40],
      ['file', null, null],
      ['file', null, null],
    ]);
    expect((await bench.bytes('baseline', 'notes.txt')).toString()).toBe('kept\n');
  });

  it('keeps what the program printed', async () => {
    const { text } = await bench.runs.logs(bench.run('baseline').id, 'stdout', 0, 1000);
    expect(text).toBe('hello from the program\n');
  });
});

describe('a run of W&B', () => {
  const point = (step: number) => ({ key: 'loss', step, value: step });

  it('that was resumed in a second folder is one run', async () => {
    const source = bench.place('wandb');
    wandbWriter(source).log(point(0));
    const second = path.join(source, 'second');
    wandbWriter(second).log(point(1));
    fs.renameSync(
      path.join(second, 'offline-run-20231114_221320-abc12345'),
      path.join(source, 'offline-run-20231115_000000-abc12345'),
    );
    expect(await bench.import(source)).toMatchObject({ newRuns: 1, points: 2 });
    expect(bench.points(bench.run('a run').id).map(({ step }) => step)).toEqual([0, 1]);
  });

  it('whose end is not in its log is lost until it comes', async () => {
    const { source, file, log } = wandbWriter(bench.place('wandb'));
    log(point(0));
    await bench.import(source);
    expect(bench.run('a run').status).toBe('lost');
    const failed = record(18, new WireWriter().integer(1, 1));
    fs.appendFileSync(file, frameLogRecord(failed, fs.statSync(file).size));
    await bench.import(source);
    expect(bench.run('a run').status).toBe('failed');
  });

  it('has what its machine did among the telemetry, by seconds since it began', async () => {
    const { source, file } = wandbWriter(bench.place('wandb'));
    for (const seconds of [2, 17]) {
      const reading = new WireWriter()
        .message(2, new WireWriter().integer(1, 1_700_000_000 + seconds).integer(2, 500_000_000))
        .message(3, new WireWriter().text(1, 'gpu.0.temp').text(16, String(40 + seconds)))
        .message(3, new WireWriter().text(1, 'cpu').text(16, '12.5'))
        .message(3, new WireWriter().text(1, 'name').text(16, '"no number"'));
      fs.appendFileSync(file, frameLogRecord(record(7, reading), fs.statSync(file).size));
    }
    expect(await bench.import(source)).toMatchObject({ points: 4, notes: [] });
    const { id, metrics } = bench.run('a run');
    expect(bench.runs.points(id, 'system/gpu.0.temp', 10, 0).points).toEqual([
      { key: 'system/gpu.0.temp', step: 2, timeMs: 1_700_000_002_500, value: 42 },
      { key: 'system/gpu.0.temp', step: 17, timeMs: 1_700_000_017_500, value: 57 },
    ]);
    expect(metrics).toEqual({});
  });

  it('has the files of the artifacts that it logged, where they are still here as they were', async () => {
    const { source, file } = wandbWriter(bench.place('wandb'));
    const staged = bench.place('staged');
    fs.writeFileSync(staged, 'weights');
    const digest = createHash('md5').update('weights').digest('base64');
    const entry = { path: 'deep/weights.bin', digest, sizeBytes: 7, localPath: staged };
    for (const [name, named] of [
      ['net', entry],
      ['../../etc', { ...entry, path: '../cron' }],
      ['gone', { ...entry, localPath: bench.place('nowhere') }],
      ['changed', { ...entry, digest: createHash('md5').update('before!').digest('base64') }],
    ] as const)
      fs.appendFileSync(file, frameLogRecord(artifactRecord(name, named), fs.statSync(file).size));
    expect(await bench.import(source)).toMatchObject({
      artifacts: 2,
      notes: [
        'a run: 1 of 1 files of the artifact gone are not here.',
        'a run: 1 of 1 files of the artifact changed are not here.',
      ],
    });
    const { artifacts, tags } = bench.run('a run');
    expect(artifacts).toMatchObject([
      { path: expect.stringMatching(/^artifacts\/etc-[0-9a-f]{8}\/cron-[0-9a-f]{8}$/) },
      { path: 'artifacts/net/deep/weights.bin', kind: 'model', key: 'net' },
    ]);
    expect((await bench.bytes('a run', 'artifacts/net/deep/weights.bin')).toString()).toBe('weights');
    expect(tags['wandb.artifact.net']).toBe('model 45190bb82a0f856b7002ebc99239d861 best');
    expect(await bench.import(source)).toMatchObject({ artifacts: 0 });
  });

  it('has an artifact that it read among its data', async () => {
    const { source, read } = wandbWriter(bench.place('wandb'));
    read!('digits:v3', 'QXJ0aWZhY3Q6MQ==');
    const { runs } = await bench.import(source);
    expect(bench.runs.tracking.runs.get(runs[0]!.id)!.datasets).toMatchObject([
      { name: 'digits:v3', sourceType: 'wandb', tags: [{ key: 'wandb.type', value: 'dataset' }] },
    ]);
  });

  it('with records that cross blocks is read whole', async () => {
    const { source, file, log, param } = wandbWriter(bench.place('wandb'));
    param('long', 'x'.repeat(60_000));
    log(...Array.from({ length: 1000 }, (_, step) => point(step)));
    param('longer', 'y'.repeat(50_000));
    expect(fs.statSync(file).size).toBeGreaterThan(3 * 32_768);
    await bench.import(source);
    expect(bench.points(bench.run('a run').id)).toHaveLength(1000);
    expect(bench.run('a run').params).toEqual({ long: 'x'.repeat(60_000), longer: 'y'.repeat(50_000) });
  });

  it('with a damaged block loses what was in it, and says so', async () => {
    const { source, file, log } = wandbWriter(bench.place('wandb'));
    log(...Array.from({ length: 2000 }, (_, step) => point(step)));
    const descriptor = fs.openSync(file, 'r+');
    fs.writeSync(descriptor, Buffer.alloc(4, 0xff), 0, 4, 40_000);
    fs.closeSync(descriptor);
    const { notes } = await bench.import(source);
    const steps = bench.points(bench.run('a run').id).map(({ step }) => step);
    expect(notes).toEqual([expect.stringContaining('damaged at byte')]);
    expect(steps.length).toBeGreaterThan(1000);
    expect(steps.length).toBeLessThan(2000);
    expect(steps.at(-1)).toBe(1999);
  });
});

describe("Python's JSON", () => {
  it('has bare words for odd numbers', () => {
    expect(parseLooseJson('NaN')).toBeNaN();
    expect(parseLooseJson('-Infinity')).toBe(Number.NEGATIVE_INFINITY);
    expect(parseLooseJson('{"a": NaN, "NaN": "-Infinity", "b": [Infinity, "x\\"NaN"]}')).toEqual({
      a: 'NaN',
      NaN: '-Infinity',
      b: ['Infinity', 'x"NaN'],
    });
    expect(parseLooseJson('{broken')).toBeUndefined();
  });
});
