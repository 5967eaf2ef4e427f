import { describe, expect, it } from 'vitest';
import { meanInterval, studentQuantile } from './mean-interval.ts';

describe('the interval of a mean', () => {
  it.each([
    [1, 12.7062],
    [4, 2.7764],
    [10, 2.2281],
    [11, 2.201],
    [30, 2.0423],
    [120, 1.9799],
    [10_000, 1.9602],
  ])('uses the quantile of t with %d degrees of freedom, %d', (freedom, quantile) =>
    expect(studentQuantile(freedom)).toBeCloseTo(quantile, 4),
  );

  it('is the textbook interval: five measurements', () => {
    // Mean 5, deviation √2.5, so 2.776445 × √2.5 / √5.
    const interval = meanInterval([3, 4, 5, 6, 7]);
    expect(interval).toMatchObject({ count: 5, mean: 5 });
    expect(interval?.deviation).toBeCloseTo(Math.sqrt(2.5), 12);
    expect(interval?.half).toBeCloseTo(1.96325, 4);
  });

  it('leaves out what is no number, and has no width for one value', () => {
    expect(meanInterval([2, Number.NaN, Number.POSITIVE_INFINITY])).toEqual({
      count: 1,
      mean: 2,
      deviation: null,
      half: null,
    });
    expect(meanInterval([Number.NaN])).toBeNull();
    expect(meanInterval([4, 4, 4])?.half).toBe(0);
  });
});
