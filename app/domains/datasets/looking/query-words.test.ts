import { describe, expect, it } from 'vitest';
import type { ResultColumn } from '../../../contract/data-sql.contract.ts';
import { namedTables } from './named-tables.ts';
import { suggestDisplay } from './suggest-display.ts';

describe('the data sets that a query names', () => {
  const id = 'f'.repeat(32);
  const known = ['digits', 'Größe', 'my data', 'a.b-c'].map((name, at) => ({
    name,
    id: at === 0 ? id : name,
  }));
  const named = (query: string) =>
    namedTables(query, known).map(({ name, dataset, version }) => [name, dataset, version]);

  it.each([
    ['FROM digits', [['digits', 'digits', undefined]]],
    [
      'from "digits@v2", "digits@best" x',
      [
        ['digits@v2', 'digits', 'v2'],
        ['digits@best', 'digits', 'best'],
      ],
    ],
    ['FROM DIGITS', [['DIGITS', 'digits', undefined]]],
    ['SELECT "x" FROM größe', [['größe', 'Größe', undefined]]],
    [
      'FROM "my data" JOIN "a.b-c" USING (id)',
      [
        ['my data', 'my data', undefined],
        ['a.b-c', 'a.b-c', undefined],
      ],
    ],
    [`FROM "${id}@3"`, [[`${id}@3`, 'digits', '3']]],
    ['PIVOT digits ON "digits" USING sum(x)', [['digits', 'digits', undefined]]],
    ['FROM other, "digits@", mydigits, "my  data"', []],
  ])('in %s', (query, found) => expect(named(query)).toEqual(found));
});

describe('what a result is shown as', () => {
  const columns = (...kinds: ResultColumn['kind'][]) =>
    kinds.map((kind, at) => ({ name: `c${at}`, kind, sqlType: '' }));

  it.each([
    [columns('text', 'integer'), 5, 'bar', 'c0', ['c1']],
    [columns('text', 'integer'), 500, 'table', null, []],
    [columns('number', 'time'), 500, 'line', 'c1', ['c0']],
    [columns('number', 'number'), 500, 'scatter', 'c0', ['c1']],
    [columns('integer', 'number'), 12, 'line', 'c0', ['c1']],
    [columns('number'), 500, 'histogram', 'c0', []],
    [columns('text', 'text'), 5, 'table', null, []],
    [columns('integer'), 1, 'table', null, []],
  ])('is what suits its columns (%#)', (given, rows, kind, x, y) => {
    expect(suggestDisplay(given, rows)).toEqual({ kind, x, y });
  });
});
