import { describe, expect, it } from 'vitest';
import { recipe } from '../../../app/contract/recipe.ts';
import type { Template } from '../../../app/contract/training.contract.ts';
import { trainRequest } from '../../../app/contract/training.contract.ts';
import { emptyDraft, readDraft, type TrainDraft } from './train-draft.ts';
import { splitReference, subjectOfPath, subjectOfTemplate, type TrainSubject } from './train-subject.ts';

const template: Template = {
  id: 'mlp',
  title: 'Perceptron',
  summary: '',
  kind: 'native',
  parameters: [],
  inputs: [{ name: 'data', required: true }],
  needs: [],
};
const native = subjectOfTemplate(template, undefined);
const describe2 = (definition: object) => ({
  recipe: recipe.parse(definition),
  folder: '/work',
  parameters: [],
  yaml: '',
});
const script = subjectOfPath('/home/ada/train.py', describe2({ command: 'python train.py' }));
const digits = { dataset: 'digits', version: 2 };

function read(subject: TrainSubject, change: Partial<TrainDraft> = {}, data = {}) {
  return readDraft({
    subject,
    draft: { ...emptyDraft, ...change },
    data,
    params: { epochs: 3 },
    target: subject.native ? 'native' : 'process',
    targetKind: subject.native ? 'native' : 'process',
  });
}

describe('what the train dialog asks the core for', () => {
  it('is as short as what was chosen', () => {
    const { request, problems } = read(native, {}, { data: digits });
    expect(problems).toEqual({});
    expect(request).toEqual({ template: 'mlp', data: digits, params: { epochs: 3 } });
    expect(trainRequest.safeParse(request).success).toBe(true);
  });

  it('wants the data sets that are required', () => {
    expect(read(native).problems).toEqual({ 'data.data': 'Choose a data set.' });
    expect(read(script).problems).toEqual({});
  });

  it('gives a program its parameters, words, place and time', () => {
    const { request } = read(script, {
      extra: 'lr=0.1\nname=adam',
      args: '--fast "a b"',
      python: '3.11',
      image: 'left out for a process',
      start: 'at',
      startAt: '2026-11-21T22:00',
      priority: '5',
      tags: 'purpose=study, owner=ana',
    });
    expect(request).toMatchObject({
      path: '/home/ada/train.py',
      target: 'process',
      params: { epochs: 3, lr: 0.1, name: 'adam' },
      args: ['--fast', 'a b'],
      environment: { python: '3.11' },
      scheduling: { priority: 5, notBefore: new Date(2026, 10, 21, 22).getTime() },
      tags: { purpose: 'study', owner: 'ana' },
    });
    expect(trainRequest.safeParse(request).success).toBe(true);
  });

  it('gives data to the names of a recipe, and to `data` where it has none', () => {
    const named = subjectOfPath(
      '/r.yaml',
      describe2({ command: 'x', data: { train: null, val: 'digits@1' } }),
    );
    expect(named.slots).toEqual([
      { name: 'train', given: null, required: true },
      { name: 'val', given: 'digits@1', required: false },
    ]);
    expect(read(named, {}, { train: digits, val: digits }).request).toMatchObject({
      inputs: { train: digits, val: digits },
    });
    expect(read(script, {}, { data: digits }).request).toMatchObject({ data: digits });
  });

  it('names every field that does not fit', () => {
    const { problems } = read(script, {
      extra: 'x',
      args: '"',
      priority: 'high',
      start: 'at',
      experiment: '/',
    });
    expect(Object.keys(problems).sort()).toEqual(['args', 'experiment', 'extra', 'priority', 'startAt']);
  });

  it('reads a reference with and without a version', () => {
    expect(splitReference('digits@3')).toEqual({ dataset: 'digits', version: 3 });
    expect(splitReference('two words')).toEqual({ dataset: 'two words', version: null });
  });
});
