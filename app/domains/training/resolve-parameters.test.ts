import { describe, expect, it } from 'vitest';
import type { Column } from '../../contract/datasets.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import { resolveParameters } from './resolve-parameters.ts';
import { templates } from './templates.ts';

const mlp = templates.find(({ id }) => id === 'mlp')!;
const columns: Column[] = [
  { name: 'sepal length', type: 'number' },
  { name: 'species', type: 'text' },
];

function refusal(params: Record<string, string | number>, table = columns): AppError {
  try {
    resolveParameters(mlp, params, { columns: table, labelColumn: null });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the parameters of a template', () => {
  it('takes values typed as text and fills in the rest', () => {
    const { shown, engine } = resolveParameters(
      mlp,
      { target: 'species', hidden: '256, 128', epochs: '5', seed: '3' },
      { columns, labelColumn: null },
    );
    expect(engine).toMatchObject({
      target: 'species',
      hidden: [256, 128],
      epochs: 5,
      seed: 3,
      optimizer: 'adam',
    });
    expect(Object.keys(shown).sort()).toEqual(mlp.parameters.map(({ key }) => key).sort());
  });

  it.each([
    { names: ['sepal length', 'Label'], labelColumn: null, target: 'Label' },
    { names: ['y', 'class', 'target', 'label'], labelColumn: null, target: 'label' },
    { names: ['y', 'class', 'target'], labelColumn: null, target: 'target' },
    { names: ['y', 'Class'], labelColumn: null, target: 'Class' },
    { names: ['label', 'species'], labelColumn: 'species', target: 'species' },
    { names: ['x', 'y'], labelColumn: 'gone', target: 'y' },
  ])('takes $target of $names where no target is named and the version says $labelColumn', (given) => {
    const table = {
      columns: given.names.map((name): Column => ({ name, type: 'integer' })),
      labelColumn: given.labelColumn,
    };
    expect(resolveParameters(mlp, {}, table).engine.target).toBe(given.target);
  });

  it('asks for the target and shows the columns where none is obvious', () => {
    const { code, nextStep } = refusal({});
    expect(code).toBe('INVALID_INPUT');
    expect(nextStep).toContain('species');
  });

  it.each([
    [{ target: 'specis' }, 'Did you mean "species"'],
    [{ target: 'species', epocs: 3 }, 'Did you mean epochs'],
    [{ target: 'species', epochs: 0 }, 'a whole number from 1'],
    [{ target: 'species', epochs: '2.5' }, 'a whole number'],
    [{ target: 'species', learning_rate: 'fast' }, 'a number from'],
    [{ target: 'species', optimizer: 'rmsprop' }, 'adam, sgd'],
    [{ target: 'species', hidden: '128,0' }, 'for example 256,128'],
    [{ target: 'species', exclude: 'species' }, 'choose another target'],
    [{ target: 'species', exclude: 'petal' }, 'Columns: sepal length, species'],
    [{ target: 'species', test_fraction: 0.5, validation_fraction: 0.5 }, 'less than 1'],
  ])('refuses %j and says what fits', (params, cure) => {
    const { code, nextStep } = refusal(params);
    expect(code).toBe('INVALID_INPUT');
    expect(nextStep).toContain(cure);
  });
});
