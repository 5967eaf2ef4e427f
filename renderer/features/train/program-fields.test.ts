import { describe, expect, it } from 'vitest';
import { parameterValueOf, readPairs, readWords, writeWords } from './program-fields.ts';

describe('what a program is given', () => {
  it('reads numbers, yes and no as such, and the rest as text', () => {
    expect(['1e-3', '12', '-0.5', 'true', 'adam', '3.11.2', ''].map(parameterValueOf)).toEqual([
      0.001,
      12,
      -0.5,
      true,
      'adam',
      '3.11.2',
      '',
    ]);
  });

  it('reads one parameter a line, and names the line that is none', () => {
    expect(readPairs('lr = 0.1\n\nname=a=b\n')).toEqual({ pairs: { lr: '0.1', name: 'a=b' }, problem: null });
    expect(readPairs('lr=1\nfaster').problem).toContain('“faster”');
  });

  it('splits words as a shell does, and says where a quote stays open', () => {
    expect(readWords(`--name "two words" it\\'s 'a "b"' ""`).words).toEqual([
      '--name',
      'two words',
      "it's",
      'a "b"',
      '',
    ]);
    expect(readWords('--name "open').problem).toContain('not closed');
  });

  it('writes words so that they are read as the same again', () => {
    const words = ['--out', 'a b', "it's", '', 'x=1'];
    expect(readWords(writeWords(words)).words).toEqual(words);
  });
});
