import fs from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import type { TrainParams } from '../../app/kernel/ports/training.ts';
import { type TestRun, TrainingBench } from '../../test/support/training-run.ts';

const bench = new TrainingBench();
afterAll(() => bench.remove());

/** Rows numbered i from 0; `columns` is SQL over i. */
const rows = (count: number, columns: string) => `SELECT ${columns} FROM range(${count}) t(i)`;
/** Random but always the same: a number in [0, 1) from i. */
const noise = (salt: number) => `(hash(i * 7919 + ${salt}) % 100000) / 100000.0`;

let tables = 0;
async function train(sql: string, params: Partial<TrainParams> = {}, template: 'softmax' | 'mlp' = 'mlp') {
  tables += 1;
  return bench.train(await bench.table(`table-${tables}`, sql), template, params);
}

async function answer(run: TestRun, inputs: Record<string, readonly (number | string)[]>) {
  const session = await InferenceSession.create(path.join(run.folder, 'outputs', 'model.onnx'));
  try {
    const feeds = Object.entries(inputs).map(([name, values]) => {
      const data =
        typeof values[0] === 'string' ? (values as string[]) : Float32Array.from(values as number[]);
      return [
        name,
        typeof data[0] === 'string'
          ? new Tensor('string', data as string[], [values.length, 1])
          : new Tensor('float32', data as Float32Array, [values.length, 1]),
      ];
    });
    const outputs = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data as ArrayLike<unknown>)]),
    );
  } finally {
    await session.release();
  }
}

const finished = { state: 'finished', failure: null };

describe('what kind of target it is', () => {
  it('takes words for classes and separates flowers by their leaves', async () => {
    const kind = `CASE i % 3 WHEN 0 THEN 'setosa' WHEN 1 THEN 'versicolor' ELSE 'virginica' END AS species`;
    const run = await train(
      rows(150, `(i % 3) * 2 + ${noise(1)} AS petal, (i % 3) + ${noise(2)} AS sepal, ${kind}`),
      { target: 'species', epochs: 40 },
    );
    expect(run.exit).toMatchObject(finished);
    expect(run.last.test_accuracy).toBeGreaterThan(0.9);
    const { label, probabilities } = await answer(run, { petal: [0.5, 4.5], sepal: [0.5, 2.5] });
    expect(label).toEqual(['setosa', 'virginica']);
    expect((probabilities as number[]).slice(0, 3).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it('takes booleans for two classes', async () => {
    const run = await train(rows(200, `${noise(1)} AS x, ${noise(1)} > 0.5 AS label`), { epochs: 40 });
    expect(run.last.test_accuracy).toBeGreaterThan(0.9);
    expect((await answer(run, { x: [0.05, 0.95] })).label).toEqual(['false', 'true']);
  });

  it('takes few whole numbers for classes, in their order as numbers, or for amounts when told so', async () => {
    const sql = rows(300, `i % 12 AS x, (i % 12) * 10 AS label`);
    const classes = await train(sql, { epochs: 60 });
    expect(classes.last.test_accuracy).toBeGreaterThan(0.8);
    expect((await answer(classes, { x: [11] })).label).toEqual([110n]);
    const amounts = await train(sql, { epochs: 200, task: 'regression' }, 'softmax');
    expect(amounts.last.test_rmse).toBeLessThan(3);
    expect((await answer(amounts, { x: [11] })).prediction![0]).toBeCloseTo(110, -1);
  });

  it('takes fractions for amounts: the error is that of the noise, in the unit of the target', async () => {
    const run = await train(
      rows(
        600,
        `${noise(1)} AS a, ${noise(2)} AS b, 5000 + 900 * a - 400 * b + 20 * (${noise(3)} - 0.5) AS label`,
      ),
      { epochs: 80 },
      'softmax',
    );
    // Uniform noise of width 20 has a standard deviation of 5.8, the target of about 290.
    expect(run.last.test_rmse).toBeGreaterThan(4);
    expect(run.last.test_rmse).toBeLessThan(9);
    expect(run.last.test_mae).toBeLessThan(run.last.test_rmse!);
    expect(run.last.val_r2).toBeGreaterThan(0.99);
    expect(run.last.val_r2).toBeLessThan(1);
    // r² from chance to good: the first epoch is worse than the last.
    expect(run.points.val_r2![0]![1]).toBeLessThan(run.last.val_r2!);
  });

  it('leaves out rows whose target is missing', async () => {
    const run = await train(
      rows(
        200,
        `${noise(1)} AS x, CASE WHEN i % 4 = 0 THEN NULL WHEN x > 0.5 THEN 'high' ELSE 'low' END AS label`,
      ),
    );
    expect(run.lines).toContain('50 rows have no target and are left out');
    expect(run.exit).toMatchObject(finished);
    const split = JSON.parse(
      fs.readFileSync(path.join(run.folder, 'outputs', 'split.json'), 'utf8'),
    ) as Record<string, number[]>;
    const all = Object.values(split).flat();
    expect(new Set(all).size).toBe(150);
    expect(all.every((row) => row % 4 !== 0)).toBe(true);
  });
});

describe('unusual tables', () => {
  const target = `CASE WHEN ${noise(9)} > 0.5 THEN 'yes' ELSE 'no' END AS answer`;

  it.each([
    ['one feature', `${noise(1)} AS x`],
    ['a constant column', `${noise(1)} AS x, 4 AS same, 'word' AS word`],
    [
      'missing values',
      `CASE WHEN i % 3 = 0 THEN NULL ELSE ${noise(1)} END AS x, CASE WHEN i % 5 = 0 THEN NULL ELSE 'w' || (i % 4) END AS word`,
    ],
    [
      'NaN and infinities',
      `CASE i % 4 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN 'inf'::DOUBLE WHEN 2 THEN '-inf'::DOUBLE ELSE ${noise(1)} END AS x`,
    ],
    ['numbers beyond float32', `${noise(1)} * 1e300 AS x, ${noise(2)} AS y`],
    ['numbers at the edge of float32', `(${noise(1)} - 0.5) * 6e38 AS x, ${noise(2)} AS y`],
    ['tiny numbers', `${noise(1)} * 1e-44 AS x, ${noise(2)} * 1e-300 AS y`],
    ['large numbers that differ little', `1700000000000 + i * 1000 AS moment`],
    [
      'wide integers and decimals',
      `(i * 1e30)::HUGEINT AS huge, (i / 7)::DECIMAL(18, 3) AS exact, i::UTINYINT AS tiny`,
    ],
    [
      'the names of the outputs',
      `${noise(1)} AS label, ${noise(2)} AS probabilities, ${noise(3)} AS predicted_label`,
    ],
    [
      'names that the engine uses inside',
      `${noise(1)} AS x, ${noise(2)} AS y, ${noise(3)} AS w, ${noise(4)} AS loss, ${noise(5)} AS weight1, ${noise(6)} AS "d:weight1", ${noise(7)} AS "::x", ${noise(8)} AS sums`,
    ],
    [
      'names that are awkward',
      `${noise(1)} AS "a ""quoted"" name", ${noise(2)} AS "it's", ${noise(3)} AS "__proto__", ${noise(4)} AS "constructor", ${noise(5)} AS "größe ☃"`,
    ],
    [
      'a matrix called as the target is',
      Array.from({ length: 9 }, (_, index) => `${noise(index)} AS answer_${index}`).join(', '),
    ],
    ['dates beside numbers', `${noise(1)} AS x, DATE '2020-01-01' + i::INTEGER AS day`],
    ['a column of names', `${noise(1)} AS x, 'person ' || i AS person`],
  ])('are trained on: %s', async (_name, columns) => {
    const run = await train(rows(120, `${columns}, ${target}`), { target: 'answer', epochs: 3 });
    expect(run.exit, run.lines.join('\n')).toMatchObject(finished);
    expect(Object.values(run.last).every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['a batch larger than the table', { batch_size: 5000 }],
    ['a last batch of one row', { batch_size: 77 }],
    ['batches of one row', { batch_size: 1, epochs: 1 }],
    ['one epoch, no patience', { epochs: 1, patience: 0 }],
    ['no validation', { validation_fraction: 0, patience: 3 }],
    ['no test', { test_fraction: 0 }],
    ['neither', { validation_fraction: 0, test_fraction: 0 }],
    ['hardly any training', { validation_fraction: 0.4, test_fraction: 0.5 }],
    ['more test than a class has rows to spare', { test_fraction: 0.9, validation_fraction: 0.05 }],
    ['SGD', { optimizer: 'sgd', weight_decay: 0.01 }],
    ['several layers of tanh', { hidden: [8, 8, 8], activation: 'tanh' }],
  ] as [string, Partial<TrainParams>][])('are trained on with %s', async (_name, params) => {
    const run = await train(rows(120, `${noise(1)} AS x, ${target}`), {
      target: 'answer',
      epochs: 3,
      ...params,
    });
    expect(run.exit, run.lines.join('\n')).toMatchObject(finished);
    expect('test_loss' in run.last).toBe(params.test_fraction !== 0);
    expect('val_loss' in run.last).toBe(params.validation_fraction !== 0);
  });

  it('give way: outputs are renamed where columns have their names', async () => {
    const run = await train(rows(120, `${noise(1)} AS label, ${noise(2)} AS probabilities, ${target}`), {
      target: 'answer',
      epochs: 2,
    });
    expect(Object.keys(await answer(run, { label: [0.5], probabilities: [0.5] }))).toEqual([
      'predicted_label',
      'predicted_probabilities',
    ]);
  });

  it('have columns left out with a reason', async () => {
    const run = await train(
      rows(
        300,
        `${noise(1)} AS x, NULL::DOUBLE AS nothing, NULL::VARCHAR AS silence, 'person ' || i AS person, DATE '2020-01-01' AS day, i AS "::y", ${target}`,
      ),
      { target: 'answer', epochs: 1 },
    );
    const left = run.lines.filter((line) => line.includes('is left out'));
    expect(left).toHaveLength(5);
    expect(left.join('\n')).toMatch(/"nothing".*no values.*"person".*nearly every row.*"day".*times/s);
    await expect(answer(run, { x: [0.5] })).resolves.toHaveProperty('label');
  });
});

describe('the exported model', () => {
  it('answers rows with missing values and unknown words with finite numbers', async () => {
    const run = await train(
      rows(200, `${noise(1)} AS x, 'w' || (i % 3) AS word, i % 2 = 0 AS flag, x * 3 + i % 3 AS label`),
      { target: 'label', epochs: 20 },
    );
    expect(run.exit).toMatchObject(finished);
    const unusual = {
      x: [0.5, Number.NaN, Number.POSITIVE_INFINITY, 0.5],
      word: ['w1', '', 'never seen', 'w1'],
      flag: ['true', '', 'perhaps', 'true'],
    };
    const { prediction } = await answer(run, unusual);
    expect(prediction!.every((value) => Number.isFinite(value))).toBe(true);
    expect(prediction![0]).toBe(prediction![3]);
  });

  it('does not depend on the other rows of a request', async () => {
    const run = await train(rows(100, `${noise(1)} AS x, ${noise(2)} AS y, x + y AS label`), { epochs: 5 });
    const both = await answer(run, { x: [0.2, 0.9], y: [0.4, 0.1] });
    const one = await answer(run, { x: [0.9], y: [0.1] });
    expect(both.prediction![1]).toBeCloseTo(one.prediction![0] as number, 5);
  });
});

describe('what cannot be trained on is refused with a cure', () => {
  const x = `${noise(1)} AS x`;
  it.each([
    ['a target that is not there', rows(50, `${x}, i AS labels`), {}, 'Did you mean "labels"'],
    [
      'dates as the target',
      rows(50, `${x}, DATE '2020-01-01' + i::INTEGER AS label`),
      {},
      'numbers or words',
    ],
    [
      'words for regression',
      rows(50, `${x}, 'w' || i % 2 AS label`),
      { task: 'regression' },
      'task=classification',
    ],
    ['a target without values', rows(50, `${x}, NULL::VARCHAR AS label`), {}, 'another target'],
    ['a numeric target without values', rows(50, `${x}, NULL::DOUBLE AS label`), {}, 'another target'],
    ['one class', rows(50, `${x}, 'w' AS label`), {}, 'more classes'],
    ['the same amount everywhere', rows(50, `${x}, 1.5 AS label`), {}, 'another target'],
    ['too many classes', rows(3000, `${x}, 'w' || i AS label`), {}, 'task=regression'],
    [
      'a class of one row',
      rows(50, `${x}, CASE WHEN i = 7 THEN 'rare' ELSE 'w' || i % 2 END AS label`),
      {},
      'bring more',
    ],
    ['too few rows', rows(5, `${x}, i / 2 AS label`), {}, 'more rows'],
    ['no column beside the target', rows(50, `i % 2 AS label`), {}, 'Leave fewer columns out'],
    [
      'every column excluded',
      rows(50, `${x}, i % 2 AS label`),
      { exclude: ['x'] },
      'Leave fewer columns out',
    ],
    ['no usable column', rows(200, `'person ' || i AS person, i % 2 AS label`), {}, 'more columns'],
    ['amounts beyond float32', rows(50, `${x}, i * 1e300 AS label`), {}, 'Scale the column'],
    [
      'a network beyond the memory',
      rows(50, `${x}, i % 2 AS label`),
      { hidden: [99_999, 99_999] },
      'hidden smaller',
    ],
    [
      'a batch beyond the memory',
      rows(20_000, `${x}, i % 2 AS label`),
      { hidden: [50_000], batch_size: 1_000_000 },
      'batch_size',
    ],
  ] as [string, string, Partial<TrainParams>, string][])('%s', async (_name, sql, params, cure) => {
    const { exit, lines } = await train(sql, params);
    expect(exit).toMatchObject({ state: 'failed', failure: { code: 'TRAINING_IMPOSSIBLE' } });
    expect(exit.failure!.nextStep).toContain(cure);
    expect(lines.at(-1)).toContain(exit.failure!.message);
  });

  it.each([
    ['a linear model', 'softmax', { optimizer: 'sgd', learning_rate: 1e6 }],
    ['a network', 'mlp', { optimizer: 'sgd', learning_rate: 1e6 }],
    [
      'the last step of a run without validation',
      'softmax',
      {
        optimizer: 'sgd',
        learning_rate: 1e38,
        epochs: 1,
        batch_size: 1000,
        validation_fraction: 0,
        weight_decay: 10,
      },
    ],
  ] as const)('training that runs away: %s', async (_name, template, params) => {
    const run = await train(rows(200, `${noise(1)} AS x, 100 * x AS label`), params, template);
    expect(run.exit.failure).toMatchObject({
      code: 'TRAINING_IMPOSSIBLE',
      nextStep: expect.stringContaining('learning_rate'),
    });
    expect(fs.existsSync(path.join(run.folder, 'outputs', 'model.onnx'))).toBe(false);
  });

  it('a table file that is gone or damaged', async () => {
    const damaged = path.join(bench.root, 'damaged.parquet');
    fs.writeFileSync(damaged, 'PAR1 but not really');
    for (const tablePath of [damaged, path.join(bench.root, 'gone.parquet')]) {
      const { exit } = await bench.train(tablePath, 'mlp', {});
      expect(exit.failure).toMatchObject({
        code: 'STORAGE_FAILED',
        nextStep: expect.stringContaining('import'),
      });
    }
  });
});
