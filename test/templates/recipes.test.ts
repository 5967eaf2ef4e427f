import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultsOf, readRecipe, templateFile, templateIds } from './template-run.ts';

const ids = templateIds();
const program = (id: string) => fs.readFileSync(templateFile(id, 'train.py'), 'utf8');

describe('the program templates', () => {
  it('are these', () => {
    expect(ids).toEqual([
      'distillation',
      'hf-finetune',
      'jax',
      'keras',
      'lightgbm',
      'pytorch-cnn',
      'pytorch-ddp',
      'pytorch-fsdp',
      'pytorch-gan',
      'pytorch-lstm',
      'pytorch-rnn',
      'pytorch-transfer',
      'sklearn',
    ]);
  });

  it.each(ids)('%s has a recipe with all that a form needs', (id) => {
    const { title, summary, command, environment, params } = readRecipe(id);
    expect(title).toBeTruthy();
    expect(summary).toBeTruthy();
    expect(command).toMatch(/^python .*train\.py \{params\}\s*$/s);
    expect(environment.requirements).toBeInstanceOf(Array);
    for (const [key, parameter] of Object.entries(params)) {
      expect(parameter, key).toMatchObject({
        type: expect.any(String),
        help: expect.stringMatching(/^[A-Z].*\.$/),
      });
      if (typeof parameter !== 'object' || (parameter.type !== 'integer' && parameter.type !== 'number'))
        continue;
      expect(parameter.default, key).toBeGreaterThanOrEqual(parameter.min!);
    }
  });

  it.each(ids)('%s has the same parameters and defaults when it is started by hand', (id) => {
    const options = program(id).matchAll(/add_argument\("--(\w+)"(?:, type=(int|float))?, default=([^,)]+)/g);
    const byHand = [...options].map(([, key, type, value]) => [
      key,
      type ? Number(value) : JSON.parse(value!),
    ]);
    expect(Object.fromEntries(byHand)).toEqual(defaultsOf(readRecipe(id)));
  });

  it('share their helpers to the letter, as each must work alone', () => {
    const copies = new Map<string, Set<string>>();
    for (const id of ids)
      for (const name of fs.readdirSync(templateFile(id, ''))) {
        if (!name.endsWith('.py') || name === 'train.py') continue;
        const contents = copies.get(name) ?? new Set();
        copies.set(name, contents.add(fs.readFileSync(templateFile(id, name), 'utf8')));
      }
    expect(copies.size).toBeGreaterThan(5);
    for (const [name, contents] of copies) expect(contents.size, name).toBe(1);
  });

  it.each(ids)('%s is one program that a person can read at a sitting', (id) => {
    const lines = program(id).split('\n');
    expect(lines.length).toBeLessThan(240);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(135);
  });
});
