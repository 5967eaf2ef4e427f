import { describe, expect, it } from 'vitest';
import { splitRows } from './split.ts';

const rows = Array.from({ length: 200 }, (_, index) => index * 3);
const classes = rows.map((_, index) => (index % 10 === 0 ? 1 : 0));

describe('the split of rows', () => {
  it.each([
    [0.15, 0.2],
    [0, 0],
    [0.5, 0.49],
    [0.05, 0.9],
    [0.9, 0.05],
  ])('puts each row into exactly one part, with fractions %d and %d', (validation, test) => {
    for (const byClass of [classes, null]) {
      const split = splitRows(rows, byClass, { validation, test }, 7);
      const all = [...split.train, ...split.validation, ...split.test];
      expect(all.toSorted((a, b) => a - b)).toEqual(rows);
      expect(split.train.length).toBeGreaterThan(0);
      expect(split.test.length).toBeCloseTo(200 * test, -1);
      expect(split.validation.length).toBeCloseTo(200 * validation, -1);
    }
  });

  it('gives every part each class in its proportion', () => {
    const split = splitRows(rows, classes, { validation: 0.2, test: 0.2 }, 7);
    const rare = (part: readonly number[]) => part.filter((row) => classes[row / 3] === 1).length;
    expect([rare(split.train), rare(split.validation), rare(split.test)]).toEqual([12, 4, 4]);
  });

  it('leaves training a row of every class, and all of one with fewer than three', () => {
    const few = [0, 0, 0, 1, 1, 2, 2, 2, 2, 2];
    const split = splitRows(
      few.map((_, row) => row),
      few,
      { validation: 0.05, test: 0.9 },
      7,
    );
    const left = split.train.map((row) => few[row]);
    expect(new Set(left)).toEqual(new Set([0, 1, 2]));
    expect(left.filter((each) => each === 1)).toHaveLength(2);
    expect(split.train.length + split.validation.length + split.test.length).toBe(10);
  });

  it('depends on the seed alone', () => {
    const split = (seed: number) => splitRows(rows, classes, { validation: 0.2, test: 0.2 }, seed);
    expect(split(7)).toEqual(split(7));
    expect(split(7)).not.toEqual(split(8));
  });
});
