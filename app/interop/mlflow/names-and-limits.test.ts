import { describe, expect, it } from 'vitest';
import {
  checkMetric,
  checkModelName,
  checkName,
  checkNewAlias,
  checkParam,
  checkTag,
} from './names-and-limits.ts';

const refusal = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    return (error as Error).message;
  }
  throw new Error('it was not refused');
};

describe('names of metrics, parameters and tags', () => {
  it.each(['loss', 'val/loss', 'größe', 'a b', 'x:y', '学習率', 'deep/er/key.x-1'])('may be %s', (name) => {
    expect(() => checkName(name, 'key')).not.toThrow();
  });

  it.each([
    ['a$b', 'Names may only contain alphanumerics'],
    ['a//b', "would resolve to 'a/b'"],
    ['/x', "would resolve to '/x'"],
    ['../x', "would resolve to '../x'"],
    ['a/', "would resolve to 'a'"],
    ['.', "would resolve to '.'"],
    ['', "would resolve to '.'"],
  ])('may not be %j', (name, words) => expect(refusal(() => checkName(name, 'key'))).toContain(words));
});

describe('lengths', () => {
  it('cut values and refuse keys, counted in characters', () => {
    expect(checkParam({ key: 'a', value: '😀'.repeat(6001) }, 'key').value).toBe('😀'.repeat(6000));
    expect(checkTag({ key: 'a', value: 'x'.repeat(8001) }).value).toHaveLength(8000);
    expect(refusal(() => checkTag({ key: 'k'.repeat(251), value: '' }, 'tags[3]'))).toBe(
      "'tags[3].key' exceeds the maximum length of 250 characters",
    );
  });
});

describe('other names', () => {
  it('of metrics come with a time that is not before 1970', () => {
    expect(refusal(() => checkMetric({ key: 'a', value: 1, timeMs: -1 }))).toBe(
      "Invalid value -1 for parameter 'timestamp' supplied: metric 'a' (value=1.0). Timestamp must be a nonnegative long (64-bit integer) ",
    );
  });

  it.each(['a/b', 'a:b', ' ', '..'])('of models may not be %j', (name) => {
    refusal(() => checkModelName(name));
  });

  it.each(['v1', 'V22', 'latest', 'LATEST', 'a b'])('of aliases may not be %j', (alias) => {
    refusal(() => checkNewAlias(alias));
  });
});
