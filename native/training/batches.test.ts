import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainSpec } from '../../app/kernel/ports/training.ts';
import { TrainingBench } from '../../test/support/training-run.ts';
import { fillBatch } from './batches.ts';
import { type Prepared, prepare } from './prepare.ts';
import { RunSession } from './run-session.ts';
import { verifyExport } from './verify-export.ts';

const bench = new TrainingBench();
let folder = '';
let prepared: Prepared;
beforeAll(async () => {
  const columns = "i AS size, 'w' || (i % 3) AS word, i % 2 = 0 AS label";
  folder = bench.folder(await bench.table('small', `SELECT ${columns} FROM range(40) t(i)`), 'mlp', {
    epochs: 2,
  });
  await bench.run(folder);
  const text = fs.readFileSync(path.join(folder, 'spec.json'), 'utf8');
  prepared = await prepare(trainSpec.parse(JSON.parse(text)));
});
afterAll(() => bench.remove());

describe('a batch', () => {
  it('that is not full is padded with rows of zeros and no weight, whatever was in it before', async () => {
    const network = { sizes: [4, 2], activation: 'relu' } as const;
    const settings = { optimizer: 'sgd', learning_rate: 0.1, momentum: 0, weight_decay: 0 } as const;
    const session = await RunSession.create(network, 'cross-entropy', 8, settings, 1);
    try {
      for (const array of [session.x, session.y, session.rowWeights]) array.fill(9);
      fillBatch(session, prepared, Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 8);
      expect([...session.rowWeights]).toEqual([1, 1, 1, 0, 0, 0, 0, 0].map((each) => Math.fround(each / 3)));
      // Labels are false and true: rows 8 and 10 are true, row 9 is false.
      expect([...session.y]).toEqual([0, 1, 1, 0, 0, 1, ...new Array<number>(10).fill(0)]);
      const words = [8, 9, 10].map((_, index) => [...session.x.subarray(index * 4 + 1, index * 4 + 4)]);
      expect(words).toEqual([
        [0, 0, 1],
        [1, 0, 0],
        [0, 1, 0],
      ]);
      expect(session.x.subarray(12).every((value) => value === 0)).toBe(true);
    } finally {
      await session.release();
    }
  });
});

describe('the check of an exported model', () => {
  it('notices answers that are not those of training', async () => {
    const model = fs.readFileSync(path.join(folder, 'outputs', 'model.onnx'));
    const wrong = new Float32Array(prepared.sample.rows.length * 2).map((_, index) => index % 5);
    await expect(verifyExport(model, prepared, wrong, 1)).rejects.toThrow('differs from the trained one');
    await expect(verifyExport(model, prepared, wrong.fill(Number.NaN), 1)).rejects.toThrow('NaN');
  });
});
