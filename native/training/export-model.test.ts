import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digitsCsv, type TestRun, TrainingBench } from '../../test/support/training-run.ts';
import { modelFacts } from '../inference/model-facts.ts';
import { openSession } from '../inference/onnx-session.ts';

const bench = new TrainingBench();
let digits: TestRun;
let mixed: TestRun;
beforeAll(async () => {
  const table = await bench.table('digits', `SELECT * FROM read_csv('${digitsCsv}')`);
  digits = await bench.train(table, 'mlp', { epochs: 8 });
  const columns =
    "i * 0.5 AS size, CASE WHEN i % 7 = 0 THEN NULL ELSE 'kind ' || (i % 3) END AS kind, i % 2 = 0 AS flag, " +
    '(hash(i) % 1000) / 3.0 AS price';
  mixed = await bench.train(await bench.table('mixed', `SELECT ${columns} FROM range(90) t(i)`), 'mlp', {
    target: 'price',
    hidden: [4],
    epochs: 2,
  });
});
afterAll(() => bench.remove());

const pathOf = ({ folder }: TestRun) => path.join(folder, 'outputs', 'model.onnx');

async function factsOf(run: TestRun) {
  const { signature, metadata } = await openSession(pathOf(run), 1);
  return modelFacts(signature, metadata);
}

describe('the exported model of the digits', () => {
  it('tells of an 8 × 8 image and ten classes', async () => {
    const { task, labels, signature } = await factsOf(digits);
    expect(task).toBe('classification');
    expect(labels).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(signature.inputs).toHaveLength(1);
    const { hint, ...input } = signature.inputs[0]!;
    expect(input).toEqual({ name: 'image', datatype: 'FP32', shape: [-1, 64] });
    expect(hint).toMatchObject({ kind: 'image', width: 8, height: 8, min: 0, max: 16 });
    expect(hint!.columns).toHaveLength(64);
    expect(signature.outputs.map(({ name, datatype, shape }) => [name, datatype, shape])).toEqual([
      ['label', 'INT64', [-1]],
      ['probabilities', 'FP32', [-1, 10]],
    ]);
  });

  it('answers raw pixels of the rows held out as well as the run says', async () => {
    const [head, ...lines] = fs.readFileSync(digitsCsv, 'utf8').trimEnd().split('\n');
    const columns = head!.trim().split(',');
    const place = columns.indexOf('label');
    const split = JSON.parse(
      fs.readFileSync(path.join(digits.folder, 'outputs', 'split.json'), 'utf8'),
    ) as Record<'test', number[]>;
    const cells = split.test.map((row) => lines[row]!.trim().split(',').map(Number));
    const pixels = cells.flatMap((row) => row.filter((_, index) => index !== place));
    const session = await InferenceSession.create(pathOf(digits));
    const { label } = await session.run({
      image: new Tensor('float32', Float32Array.from(pixels), [cells.length, 64]),
    });
    const right = cells.filter((row, index) => Number(label!.data[index]) === row[place]).length;
    expect(right / cells.length).toBeCloseTo(digits.last.test_accuracy!, 12);
  });

  it('says where it comes from', async () => {
    const { metadata } = await factsOf(digits);
    const provenance = JSON.parse(metadata['lathe.provenance']!);
    expect(provenance).toMatchObject({
      dataset: 'test',
      datasetVersion: 1,
      template: 'mlp',
      params: { target: 'label', epochs: 8 },
      metrics: { test_accuracy: digits.last.test_accuracy },
    });
    expect(JSON.parse(metadata['lathe.preprocessing']!).numbers).toHaveLength(64);
  });
});

describe('the exported model of a table of many kinds', () => {
  it('takes each column by its name, with what a form needs to know of it', async () => {
    const { task, labels, signature } = await factsOf(mixed);
    expect({ task, labels }).toEqual({ task: 'regression', labels: null });
    expect(signature.inputs.map(({ name, datatype, shape, hint }) => [name, datatype, shape, hint])).toEqual([
      [
        'size',
        'FP32',
        [-1, 1],
        { kind: 'number', min: expect.any(Number), max: expect.any(Number), example: expect.any(Number) },
      ],
      [
        'kind',
        'BYTES',
        [-1, 1],
        {
          kind: 'category',
          categories: ['kind 0', 'kind 1', 'kind 2'],
          example: expect.stringMatching(/^kind/),
        },
      ],
      [
        'flag',
        'BYTES',
        [-1, 1],
        { kind: 'category', categories: ['false', 'true'], example: expect.stringMatching(/^(true|false)$/) },
      ],
    ]);
    expect(signature.outputs).toEqual([{ name: 'prediction', datatype: 'FP32', shape: [-1, 1] }]);
  });
});

describe('the standard checker of ONNX', () => {
  const hasOnnx = spawnSync('/usr/bin/python3', ['-c', 'import onnx']).status === 0;
  if (!hasOnnx) console.warn('Not checked with onnx.checker: /usr/bin/python3 has no package onnx.');

  // Old versions of the checker do not infer the type of OneHotEncoder's result, so only the digits' shapes are inferred.
  it.skipIf(!hasOnnx).each([
    ['the digits', () => digits, 'True'],
    ['the mixed table', () => mixed, 'False'],
  ])('finds nothing wrong with the model of %s', (_name, run, full) => {
    const script = `import sys, onnx; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=${full})`;
    const { status, stderr } = spawnSync('/usr/bin/python3', ['-c', script, pathOf(run())], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
