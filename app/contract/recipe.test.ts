import { describe, expect, it } from 'vitest';
import { byteSize, duration, durationMs, recipe, recipeCheck } from './recipe.ts';

describe('sizes and durations in a recipe', () => {
  it.each([
    [1024, 1024],
    ['8GiB', 8 * 2 ** 30],
    ['512 MiB', 512 * 2 ** 20],
    ['1.5G', 1.5e9],
    ['100', 100],
    ['3kB', 3000],
  ])('%s is a size', (text, bytes) => {
    expect(byteSize.parse(text)).toBe(bytes);
  });

  it.each(['lots', '-1', '8 giga', '', '1GiBB'])('%s is none', (text) => {
    expect(byteSize.safeParse(text).success).toBe(false);
  });

  it.each([
    [90, 90_000],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['45 min', 2_700_000],
    ['2d', 172_800_000],
    ['0.5h', 1_800_000],
  ])('%s is a duration', (text, ms) => {
    expect(durationMs(duration.parse(text))).toBe(ms);
  });

  it.each(['soon', '1h30', '-5m', ''])('%s is none', (text) => {
    expect(duration.safeParse(text).success).toBe(false);
  });
});

describe('a recipe', () => {
  const whole = {
    command: 'python train.py {params}',
    params: { lr: 0.1, size: { default: 3, type: 'integer', min: 1 } },
    resources: { memory: '8GiB', time: '1h', gpus: 2 },
    environment: { requirements: ['numpy'], variables: { A: 'b' } },
    checks: ['val_accuracy >= 0.9', 'min(loss) < 1e-3'],
  };

  it('means the same when it is read again, as it is at every border it crosses', () => {
    const once = recipe.parse(whole);
    expect(recipe.parse(once)).toEqual(once);
    expect(recipe.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it('has either a command or a template', () => {
    expect(recipe.safeParse({}).success).toBe(false);
    expect(recipe.safeParse({ command: 'a', template: 'mlp' }).success).toBe(false);
  });

  it('cannot set what belongs to Lathe', () => {
    expect(
      recipe.safeParse({ command: 'a', environment: { variables: { LATHE_RUN_DIR: '/x' } } }).success,
    ).toBe(false);
  });

  it.each(['loss', 'loss is low', '< 3', 'loss < high', 'avg(loss) < 1'])('refuses the check %s', (check) => {
    expect(recipeCheck.safeParse(check).success).toBe(false);
  });
});
