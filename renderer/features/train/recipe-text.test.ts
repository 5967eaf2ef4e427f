import { describe, expect, it } from 'vitest';
import { readRecipe } from './recipe-text.ts';

const text = `command: python train.py {params}
params:
  epochs: 3
  dropout: 0
resources:
  memory: 2 GiB
  time: 1h30m
`;

describe('a recipe that is edited as text', () => {
  it('is taken as it was typed', async () => {
    const { definition } = await readRecipe(text);
    expect(definition).toMatchObject({
      command: 'python train.py {params}',
      params: { epochs: 3, dropout: 0 },
    });
  });

  it('says the line of what is no YAML, and the place of what is no recipe', async () => {
    expect((await readRecipe('command: [a\nparams: {')).problem).toMatch(/^Line \d+: /);
    expect((await readRecipe('command: a\nresources:\n  gpus: many')).problem).toMatch(/^resources\.gpus: /);
    expect((await readRecipe('')).problem).toContain('either a command or a template');
  });
});
