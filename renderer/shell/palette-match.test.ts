import { describe, expect, it } from 'vitest';
import { markMatch, type PaletteItem, type PaletteKind, rankItems } from './palette-match.ts';

const item = (kind: PaletteKind, title: string, words = ''): PaletteItem => ({
  id: title,
  kind,
  title,
  words,
  icon: null,
  run: () => {},
});

const items = [
  item('action', 'Train a model', 'new run'),
  item('run', 'mlp-drop-s1'),
  item('run', 'backdrop'),
  item('run', 'drop-first'),
  item('model', 'digits'),
];

const titles = (text: string) =>
  rankItems(items, text).map((group) => [group.title, group.items.map(({ title }) => title)]);

describe('the palette', () => {
  it('puts names that begin with the text first, then words in them, then the rest', () => {
    expect(titles('drop')).toEqual([['Runs', ['drop-first', 'mlp-drop-s1', 'backdrop']]]);
  });

  it('needs every word, and finds actions by their other words', () => {
    expect(titles('new run')).toEqual([['Actions', ['Train a model']]]);
    expect(titles('drop nothing')).toEqual([]);
  });

  it('narrows to one kind by a first character', () => {
    expect(titles('@').map(([title]) => title)).toEqual(['Models']);
  });

  it('marks what was typed, whatever it is', () => {
    expect(markMatch('a+b drop', 'DROP').filter(({ marked }) => marked)).toMatchObject([{ part: 'drop' }]);
    expect(markMatch('a+b', 'a+').map(({ part }) => part)).toEqual(['a+', 'b']);
  });
});
