import { describe, expect, it } from 'vitest';
import { FilterSyntaxError, parseFilter, parseOrder } from './index.ts';

/** The parts of each comparison as words. */
function said(text: string): unknown[] {
  return parseFilter(text).comparisons.map(({ field, comparator, value }) => [
    field.entity,
    field.key,
    comparator,
    value === null
      ? null
      : value.kind === 'number'
        ? value.value
        : value.kind === 'text'
          ? value.text
          : value.kind === 'list'
            ? value.items.map((item) => item.raw)
            : value.raw,
  ]);
}

function fault(text: string): FilterSyntaxError {
  try {
    parseFilter(text);
  } catch (error) {
    if (error instanceof FilterSyntaxError) return error;
    throw error;
  }
  throw new Error(`"${text}" was read as a filter`);
}

describe('a filter', () => {
  it('is comparisons joined by AND in any case', () => {
    expect(said("metrics.loss < 0.2 and params.lr = '1e-3' AND status != 'FAILED'")).toEqual([
      ['metrics', 'loss', '<', 0.2],
      ['params', 'lr', '=', '1e-3'],
      [null, 'status', '!=', 'FAILED'],
    ]);
  });

  it('is empty where nothing is written', () => {
    expect(said('  \n')).toEqual([]);
  });

  it('takes names with any characters in back-ticks or double quotes, dots inside and out', () => {
    expect(said('tags.`a b.c` = "x" AND params."val/loss" = \'y\' AND tags.mlflow.user = \'me\'')).toEqual([
      ['tags', 'a b.c', '=', 'x'],
      ['params', 'val/loss', '=', 'y'],
      ['tags', 'mlflow.user', '=', 'me'],
    ]);
  });

  it('takes numbers in every spelling', () => {
    expect(
      said('a > -1 and a > 1e-9 and a > .5 and a > 3. and a > +2E3').map((each) => (each as unknown[])[3]),
    ).toEqual([-1, 1e-9, 0.5, 3, 2000]);
  });

  it('takes texts as they stand, with the other quote inside', () => {
    expect(said(`params.a = "it's" AND params.b = 'say "x"'`).map((each) => (each as unknown[])[3])).toEqual([
      "it's",
      'say "x"',
    ]);
  });

  it('takes lists, LIKE, ILIKE and IS NULL', () => {
    expect(
      said(
        "run_id IN ('a', 'b') AND run_id not in ('c') AND tags.x like '%y' AND params.z IS NOT NULL AND tags.q is null",
      ),
    ).toEqual([
      [null, 'run_id', 'IN', ["'a'", "'b'"]],
      [null, 'run_id', 'NOT IN', ["'c'"]],
      ['tags', 'x', 'LIKE', '%y'],
      ['params', 'z', 'IS NOT NULL', null],
      ['tags', 'q', 'IS NULL', null],
    ]);
  });

  it('says where each part stands', () => {
    const [comparison] = parseFilter('  metrics.`a b` >= 5  ').comparisons;
    expect(comparison).toMatchObject({
      start: 2,
      end: 20,
      field: { start: 2, end: 15 },
      value: { start: 19, end: 20 },
    });
  });
});

describe('a text that is no filter', () => {
  it.each([
    ['metrics.loss', 12, 12, 'an operator such as =, <, LIKE or IN'],
    ['metrics.loss > ', 15, 15, 'a value'],
    ['metrics.loss > 1 OR a = 2', 17, 19, 'AND or the end'],
    ['metrics.loss > 1 AND', 20, 20, 'a field such as metrics.loss or params.lr'],
    ["params.a = 'open", 11, 16, 'a closing quote'],
    ['params.a ? 1', 9, 10, 'a name, a value or an operator'],
    ["(params.a = 'x')", 0, 1, 'a field such as metrics.loss or params.lr'],
    ["params.a NOT LIKE 'x'", 13, 17, 'IN'],
    ["run_id IN ('a' 'b')", 15, 18, '"," or ")"'],
    ['params.a IS 5', 12, 13, 'NULL'],
  ])('is refused with its place: %s', (text, start, end, expected) => {
    expect(fault(text)).toMatchObject({ span: { start, end }, expected });
  });
});

describe('an order', () => {
  it('is a field and a direction, which is upwards unless it is told', () => {
    expect(parseOrder('metrics.`a b` DESC')).toMatchObject({
      field: { entity: 'metrics', key: 'a b' },
      descending: true,
    });
    expect(parseOrder('start_time')).toMatchObject({
      field: { entity: null, key: 'start_time' },
      descending: false,
    });
  });

  it.each(['', 'metrics.a sideways', 'metrics.a desc nulls', "'text'"])('is refused: %j', (text) => {
    expect(() => parseOrder(text)).toThrow(FilterSyntaxError);
  });
});
