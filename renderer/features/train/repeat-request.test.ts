import { describe, expect, it } from 'vitest';
import { recipe } from '../../../app/contract/recipe.ts';
import { fakeDetail, fakeRuns } from '../../testing/fake-runs.ts';
import { repeatRequest } from './repeat-request.ts';

const run = fakeDetail(fakeRuns(3)[2]!);

describe('repeating a run in the train dialog', () => {
  it('begins with its template, data version and parameters', () => {
    expect(repeatRequest(run)).toMatchObject({
      template: 'mlp',
      dataset: 'digits',
      version: 2,
      inputs: { data: { dataset: 'digits', version: 2 } },
      params: run.params,
      experiment: 'mlp-width',
      fromRun: { id: run.id },
    });
    expect(repeatRequest(run).recipe).toBeUndefined();
  });

  it('begins with the recipe of a program, as it was and where it lay', () => {
    const read = recipe.parse({ command: 'python train.py', resources: { time: '2h' } });
    const program = { ...run, template: 'train.py', target: 'process', recipe: read };
    const { recipe: handed, target } = repeatRequest(program);
    expect(target).toBe('process');
    expect(recipe.parse(handed?.definition)).toEqual({ ...read, name: 'train.py' });
  });
});
