import { afterAll, describe, expect } from 'vitest';
import { interpreterFor } from './frameworks.ts';
import { TemplateBench } from './template-run.ts';
import { describeTemplate } from './template-suite.ts';

const tables = await interpreterFor('tables');
const arrays = await interpreterFor('arrays');
const bench = new TemplateBench();
afterAll(() => bench.remove());

describe.skipIf(!tables)('the templates for tables', () => {
  describeTemplate(bench, tables!, {
    id: 'sklearn',
    params: { trees: 60, trees_per_step: 2, samples: 1500, max_depth: 8 },
    falls: 'train_loss',
    reaches: { key: 'val_accuracy', least: 0.6 },
    facts: ({ labels, signature }) => {
      expect(labels).toEqual(['no', 'yes']);
      expect(signature.inputs.map(({ hint }) => hint?.kind)).toEqual([
        ...Array(4).fill('number'),
        'category',
      ]);
    },
  });

  describeTemplate(bench, tables!, {
    id: 'lightgbm',
    params: { trees: 150, trees_per_step: 5, samples: 800 },
    falls: 'val_rmse',
    reaches: { key: 'val_rmse', most: 60 },
    facts: null,
  });
});

describe.skipIf(!arrays)('the templates for arrays', () => {
  for (const [id, epochs] of [
    ['jax', 60],
    ['keras', 16],
  ] as const)
    describeTemplate(bench, arrays!, {
      id,
      params: { epochs, samples: 600, hidden: 32 },
      falls: 'train_loss',
      reaches: { key: 'val_accuracy', least: 0.7 },
      facts: ({ labels }) => expect(labels).toHaveLength(10),
    });
});
