import { describe, expect, it } from 'vitest';
import type { Template } from '../../../app/contract/training.contract.ts';
import { initialFields, likelyTarget, readFields } from './train-form.ts';

const template: Template = {
  id: 'mlp',
  title: 'Multilayer perceptron',
  summary: '',
  kind: 'native',
  inputs: [{ name: 'data', required: true }],
  needs: [],
  parameters: [
    { key: 'target', type: 'column', default: null, help: '', advanced: false },
    { key: 'hidden', type: 'integers', default: '128', min: 1, max: 4096, help: '', advanced: false },
    { key: 'learning_rate', type: 'number', default: 0.001, min: 0, help: '', advanced: false },
    { key: 'epochs', type: 'integer', default: 60, min: 1, max: 10_000, help: '', advanced: false },
    { key: 'optimizer', type: 'choice', default: 'adam', choices: ['adam', 'sgd'], help: '', advanced: true },
    { key: 'early_stopping', type: 'boolean', default: true, help: '', advanced: true },
  ],
};
const columns = [
  { name: 'pixel_0', type: 'integer' as const },
  { name: 'label', type: 'text' as const },
];
const read = (changes: Record<string, string>) =>
  readFields(template, { ...initialFields(template, { target: 'label' }), ...changes }, columns);

describe('the train form', () => {
  it('starts from the template’s defaults, and from what a run used where it repeats one', () => {
    expect(initialFields(template)).toMatchObject({ hidden: '128', epochs: '60', early_stopping: 'true' });
    expect(initialFields(template, { epochs: 5 })).toMatchObject({ epochs: '5', hidden: '128' });
  });

  it('guesses the target by its name, else takes the last column', () => {
    expect(likelyTarget([...columns, { name: 'note', type: 'text' }])).toBe('label');
    expect(likelyTarget([columns[0]!, { name: 'price', type: 'number' }])).toBe('price');
  });

  it('gives typed values', () => {
    const { params, problems } = read({ hidden: '256, 128' });
    expect(problems).toEqual({});
    expect(params).toEqual({
      target: 'label',
      hidden: '256,128',
      learning_rate: 0.001,
      epochs: 60,
      optimizer: 'adam',
      early_stopping: true,
    });
  });

  it('names the value and the cure where one does not fit', () => {
    expect(read({ epochs: '2.5' }).problems.epochs).toBe('2.5 is not a whole number.');
    expect(read({ epochs: '0' }).problems.epochs).toBe('0 is outside 1 to 10,000.');
    expect(read({ learning_rate: 'fast' }).problems.learning_rate).toContain('Write one like 0.001');
    expect(read({ hidden: '256,x' }).problems.hidden).toContain('“x”');
    expect(read({ optimizer: 'lion' }).problems.optimizer).toContain('adam, sgd');
    expect(read({ target: 'gone' }).problems.target).toContain('no column “gone”');
    expect(read({ target: '' }).problems.target).toBe('Choose a column.');
  });
});
