import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { InspectedModel } from '../../app/kernel/ports/models.ts';
import { digitsCsv } from '../support/training-run.ts';
import { interpreterFor } from './frameworks.ts';
import { TemplateBench } from './template-run.ts';
import { describeTemplate } from './template-suite.ts';

const python = await interpreterFor('torch');
const bench = new TemplateBench();
afterAll(() => bench.remove());

const digits = (facts: InspectedModel) => {
  expect(facts.task).toBe('classification');
  expect(facts.labels).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(facts.signature.inputs).toEqual([
    {
      name: 'image',
      datatype: 'FP32',
      shape: [-1, 64],
      hint: { kind: 'image', width: 8, height: 8, min: 0, max: 16 },
    },
  ]);
};

describe.skipIf(!python)('the PyTorch templates', () => {
  describeTemplate(bench, python!, {
    id: 'pytorch-cnn',
    params: { epochs: 50, samples: 600, channels: 8 },
    falls: 'train_loss',
    reaches: { key: 'val_accuracy', least: 0.8 },
    facts: digits,
  });

  it('pytorch-cnn reads the digits that people wrote', async () => {
    const inputs = { data: path.dirname(digitsCsv) };
    const run = await bench.folder('pytorch-cnn', { epochs: 3 }).run(python!, { inputs });
    expect(run.exitCode).toBe(0);
    expect(run.summary.val_accuracy).toBeGreaterThan(0.85);
  });

  it('pytorch-cnn says which column it lacks', async () => {
    const inputs = { data: path.dirname(digitsCsv) };
    const run = await bench.folder('pytorch-cnn', { label: 'digit' }).run(python!, { inputs });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('The table has no column "digit"');
  });

  describeTemplate(bench, python!, {
    id: 'pytorch-rnn',
    params: { epochs: 16, samples: 900, hidden: 24 },
    falls: 'train_loss',
    reaches: { key: 'val_accuracy', least: 0.8 },
    facts: ({ task, labels }) => {
      expect(task).toBe('classification');
      expect(labels).toEqual(['boreal', 'lagoon', 'steppe']);
    },
  });

  describeTemplate(bench, python!, {
    id: 'pytorch-lstm',
    params: { epochs: 10, samples: 900, hidden: 12, window: 24 },
    falls: 'train_loss',
    reaches: { key: 'val_rmse', most: 12 },
    facts: ({ task, signature }) => {
      expect(task).toBe('regression');
      expect(signature.outputs).toEqual([{ name: 'forecast', datatype: 'FP32', shape: [-1, 6] }]);
    },
  });

  describeTemplate(bench, python!, {
    id: 'pytorch-gan',
    params: { epochs: 40, samples: 400, hidden: 24 },
    falls: 'mean_picture_distance',
    reaches: { key: 'mean_picture_distance', most: 4 },
    facts: ({ signature }) => expect(signature.outputs[0]!.shape).toEqual([-1, 64]),
  });

  describeTemplate(bench, python!, {
    id: 'pytorch-transfer',
    params: { pretrain_epochs: 12, samples: 800, channels: 6, tune_steps: 150 },
    falls: 'transfer_loss',
    reaches: { key: 'val_accuracy', least: 0.4 },
    facts: ({ labels }) => expect(labels).toEqual(['5', '6', '7', '8', '9']),
  });

  describeTemplate(bench, python!, {
    id: 'distillation',
    params: { teacher_epochs: 20, student_epochs: 40, samples: 600, teacher_hidden: 64 },
    falls: 'student_loss',
    reaches: { key: 'student_accuracy', least: 0.6 },
    facts: digits,
  });
});
