import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { interpreterFor } from './frameworks.ts';
import { TemplateBench } from './template-run.ts';
import { describeTemplate } from './template-suite.ts';

const python = await interpreterFor('transformers');
const bench = new TemplateBench();
afterAll(() => bench.remove());
const small = { epochs: 8, samples: 300, width: 16, layers: 1, learning_rate: 0.003 };

describe.skipIf(!python)('the Hugging Face template', () => {
  describeTemplate(bench, python!, {
    id: 'hf-finetune',
    params: small,
    falls: 'train_loss',
    reaches: { key: 'val_accuracy', least: 0.6 },
    facts: ({ labels, signature }) => {
      expect(labels).toEqual(['complaint', 'praise']);
      expect(signature.inputs.map(({ name }) => name)).toEqual(['input_ids', 'attention_mask']);
    },
  });

  it('hf-finetune goes on from the folder of a model that it is given', async () => {
    const first = bench.folder('hf-finetune', { ...small, epochs: 4 });
    expect((await first.run(python!)).exitCode).toBe(0);
    const inputs = { model: path.join(first.folder, 'outputs/transformer') };
    const second = await bench.folder('hf-finetune', { ...small, epochs: 1 }).run(python!, { inputs });
    expect(second.exitCode).toBe(0);
    const fresh = await bench.folder('hf-finetune', { ...small, epochs: 1 }).run(python!);
    expect(second.points.train_loss![0]![1]).toBeLessThan(fresh.points.train_loss![0]![1]);
  });
});
