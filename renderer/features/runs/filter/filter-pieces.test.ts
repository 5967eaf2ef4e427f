import { describe, expect, it } from 'vitest';
import { filterPieces, filterProblem } from './filter-pieces.ts';

const kinds = (text: string) =>
  filterPieces(text)
    .filter(({ kind }) => kind !== 'space')
    .map(({ text: part, kind }) => `${kind}:${part}`);

describe('a filter in colours', () => {
  it('tells fields, operators, numbers, words and texts apart', () => {
    expect(kinds("metrics.loss <= 0.2 and tags.`a b` = 'x y' and started > -7d")).toEqual([
      'field:metrics.loss',
      'operator:<=',
      'number:0.2',
      'word:and',
      'field:tags.`a b`',
      'operator:=',
      "text:'x y'",
      'word:and',
      'field:started',
      'operator:>',
      'number:-7d',
    ]);
  });

  it.each(['', '  a  ', "name = 'open", '((', 'metrics.x <', 'ä = "b" ,, or'])(
    'loses no character of %j',
    (text) =>
      expect(
        filterPieces(text)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text),
  );

  it('marks what follows a quote that is not closed', () => {
    expect(filterPieces("name = 'open").at(-1)).toEqual({ text: "'open", kind: 'wrong' });
  });

  it('says what is wrong and where', () => {
    expect(filterProblem('metrics.loss < 0.2 and mlp', 0)).toBeNull();
    expect(filterProblem('', 0)).toBeNull();
    expect(filterProblem('metrics.loss < fast', 0)).toMatchObject({ start: 15, end: 19 });
  });
});
