import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { abortAfter, digitsCsv, TrainingBench } from '../../test/support/training-run.ts';
import { npyBytes } from '../tables/checks/npy-file.ts';

const bench = new TrainingBench();
const params = { epochs: 2 };
let digits = '';
let gaps = '';

beforeAll(async () => {
  digits = await bench.table('digits', `SELECT * FROM read_csv('${digitsCsv}')`);
  gaps = await bench.table(
    'gaps',
    "SELECT i * 0.5 AS x, CASE WHEN i % 10 > 0 THEN CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END END AS label FROM range(100) r(i)",
  );
});
afterAll(() => bench.remove());

function part(name: string, rows: readonly number[]): string {
  const file = path.join(bench.root, `${name}.npy`);
  fs.writeFileSync(file, npyBytes(rows));
  return file;
}
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

async function train(table: string, split: NonNullable<Parameters<TrainingBench['folder']>[4]>) {
  const folder = bench.folder(table, 'softmax', params, 1, split);
  const run = await bench.run(folder);
  const written = path.join(folder, 'outputs', 'split.json');
  return { ...run, split: fs.existsSync(written) ? JSON.parse(fs.readFileSync(written, 'utf8')) : null };
}

describe('training on a named split', () => {
  it('takes its rows, judges on the part that is held out, and says so', async () => {
    const run = await train(digits, {
      name: 'mine',
      trainPath: part('train', rows(400, 1797)),
      validationPath: part('validation', rows(200, 400)),
      testPath: part('test', rows(0, 200)),
    });
    expect(run.exit.state).toBe('finished');
    expect(run.split).toEqual({ train: rows(400, 1797), validation: rows(200, 400), test: rows(0, 200) });
    expect(run.last.test_accuracy).toBeGreaterThan(0.5);
    expect(run.lines).toContain('the split is mine');
    expect(run.lines).toContain('1397 rows to train on, 200 to validate, 200 held out');
  });

  it('that is stopped and resumed goes on with the same rows, bit for bit', async () => {
    const split = {
      name: 'mine',
      trainPath: part('resumed-train', rows(400, 1797)),
      validationPath: part('resumed-validation', rows(200, 400)),
      testPath: part('resumed-test', rows(0, 200)),
    };
    const outputs = ({ folder }: { readonly folder: string }) =>
      ['model.onnx', 'split.json'].map((name) => fs.readFileSync(path.join(folder, 'outputs', name)));
    const begun = () => bench.folder(digits, 'softmax', params, 1, split);
    const whole = await bench.run(begun());
    const folder = begun();
    expect((await bench.run(folder, abortAfter(30))).exit.state).toBe('cancelled');
    bench.prepareResume(folder);
    const resumed = await bench.run(folder);
    expect(resumed.lines.join('\n')).toContain('resumed at step 30');
    expect(resumed.points).toEqual(whole.points);
    expect(outputs(resumed)).toEqual(outputs(whole));
  });

  it('without parts to validate on or to hold out has no such metrics', async () => {
    const run = await train(digits, {
      name: 'all',
      trainPath: part('everything', rows(0, 1797)),
      validationPath: null,
      testPath: null,
    });
    expect(run.exit.state).toBe('finished');
    expect(Object.keys(run.last).filter((key) => /^(val|test)_/.test(key))).toEqual([]);
    expect(run.lines.join('\n')).toContain('the split all has no part "test"');
  });

  it('leaves out rows without a target', async () => {
    const run = await train(gaps, {
      name: 'gaps',
      trainPath: part('gaps-train', rows(0, 60)),
      validationPath: null,
      testPath: part('gaps-test', rows(60, 100)),
    });
    expect(run.exit.state).toBe('finished');
    expect(run.split.train).toEqual(rows(0, 60).filter((row) => row % 10 > 0));
    expect(run.split.test).toHaveLength(36);
  });

  it('is impossible where nothing is left to train on, and fails where its files are gone', async () => {
    const none = await train(gaps, {
      name: 'empty',
      trainPath: part('none', [0, 10, 20]),
      validationPath: null,
      testPath: null,
    });
    expect(none.exit.failure).toMatchObject({
      code: 'TRAINING_IMPOSSIBLE',
      message: expect.stringContaining('"train"'),
    });
    const gone = await train(gaps, {
      name: 'gone',
      trainPath: path.join(bench.root, 'nowhere.npy'),
      validationPath: null,
      testPath: null,
    });
    expect(gone.exit.failure).toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
