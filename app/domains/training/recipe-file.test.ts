import { describe, expect, it } from 'vitest';
import { recipe } from '../../contract/recipe.ts';
import { pinned } from './pinned.ts';
import { parseRecipe, recipeYaml } from './recipe-file.ts';

const refusal = (text: string): { code: string; message: string; nextStep: string } => {
  try {
    parseRecipe(text, 'recipe.yaml');
  } catch (error) {
    return error as ReturnType<typeof refusal>;
  }
  throw new Error('it was taken');
};

describe('a recipe as a file', () => {
  it('comes back as it was written', () => {
    const value = recipe.parse({
      command: ['python', 'train.py', '{params}'],
      params: { lr: 0.1 },
      resources: { memory: '2GiB', time: '1h' },
      data: { train: 'digits@3', extra: null },
    });
    const text = recipeYaml(value);
    expect(parseRecipe(text, 'recipe.yaml')).toEqual(value);
    expect(text).not.toContain('retries');
  });

  it('names the line that is not YAML', () => {
    expect(refusal('command: a\nparams: {lr: 0.1')).toMatchObject({
      code: 'DATA_MALFORMED',
      details: { line: 2 },
    });
  });

  it('names the field that is not known and the one that was meant', () => {
    expect(refusal('command: a\nenvironment: { requirement: [numpy] }')).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('"requirement" in environment'),
      nextStep: 'Did you mean requirements?',
    });
  });

  it('does not unfold without end', () => {
    const bomb = [
      'a: &a [x, x]',
      ...Array.from({ length: 9 }, (_, n) => `b${n}: &b${n} [${'*a, '.repeat(20)}*a]`),
    ];
    expect(() => parseRecipe(bomb.join('\n'), 'recipe.yaml')).toThrow();
  });
});

describe('a recipe that is to be reproduced', () => {
  const facts = {
    'package.numpy': '2.3.0',
    'package.six': '1.16.0',
    python: '3.11.7',
    imageDigest: `sha256:${'a'.repeat(64)}`,
  };

  it('asks for the packages and the image that were there', () => {
    const own = pinned(
      recipe.parse({ command: 'a', environment: { requirements: ['numpy'], image: 'x:latest' } }),
      facts,
    );
    expect(own.environment).toMatchObject({
      requirements: ['numpy==2.3.0', 'six==1.16.0'],
      image: facts.imageDigest,
    });
  });

  it('leaves an interpreter as it is that was only used', () => {
    expect(pinned(recipe.parse({ command: 'a' }), facts).environment.requirements).toBeUndefined();
  });
});
