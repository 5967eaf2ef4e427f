import { describe, expect, it } from 'vitest';
import { methodWords, readParts } from './split-words.ts';

describe('the parts of a split as they are typed', () => {
  it('are names and shares', () => {
    expect(readParts('train 70, validation 15%, test 15').parts).toEqual([
      { name: 'train', fraction: 0.7 },
      { name: 'validation', fraction: 0.15 },
      { name: 'test', fraction: 0.15 },
    ]);
  });

  it('say what is wrong with them', () => {
    expect(readParts('train 70, test 20').problem).toMatch('90 %');
    expect(readParts('train 100').problem).toMatch('two parts');
    expect(readParts('train seventy, test 30').problem).toMatch('“train seventy”');
  });
});

describe('a split in words', () => {
  it('says how rows are told apart', () => {
    const seed = 7;
    expect(methodWords({ method: { kind: 'random' }, folds: 5, seed, duplicates: 'apart' })).toBe(
      '5 folds at random, seed 7, equal rows may part',
    );
    expect(methodWords({ method: { kind: 'time', column: 'at' }, seed, duplicates: 'apart' })).toBe(
      'by the time in at',
    );
  });
});
