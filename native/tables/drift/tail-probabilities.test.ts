import { describe, expect, it } from 'vitest';
import { chiSquaredTest } from './chi-squared.ts';
import { levelOf, stabilityIndex } from './stability-index.ts';
import { chiSquaredTail, kolmogorovSmirnovPValue, kolmogorovTail, logGamma } from './tail-probabilities.ts';

describe('the tail of the chi-squared distribution', () => {
  it('is exp(−x/2) for two degrees of freedom', () => {
    for (const x of [0.01, 0.5, 2, 5, 20, 200])
      expect(chiSquaredTail(x, 2)).toBeCloseTo(Math.exp(-x / 2), 14);
  });

  it('is exp(−x/2)·(1 + x/2) for four', () => {
    for (const x of [0.1, 1, 3, 4, 10, 60]) {
      expect(chiSquaredTail(x, 4) / (Math.exp(-x / 2) * (1 + x / 2))).toBeCloseTo(1, 12);
    }
  });

  it('has the tabulated critical values', () => {
    expect(chiSquaredTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquaredTail(18.307038053275146, 10)).toBeCloseTo(0.05, 12);
    expect(chiSquaredTail(124.34211340400408, 100)).toBeCloseTo(0.05, 12);
  });

  it('is 1 where nothing differs', () => expect(chiSquaredTail(0, 3)).toBe(1));
});

describe('the logarithm of the gamma function', () => {
  it('is that of factorials and of √π', () => {
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(logGamma(1)).toBeCloseTo(0, 13);
  });
});

describe('the tail of the Kolmogorov distribution', () => {
  it('has the tabulated critical values', () => {
    expect(kolmogorovTail(1.3580986393225505)).toBeCloseTo(0.05, 9);
    expect(kolmogorovTail(1.6276236115189502)).toBeCloseTo(0.01, 9);
    expect(kolmogorovTail(0.8275735551899077)).toBeCloseTo(0.5, 9);
  });

  it('has no step where one series takes over from the other', () => {
    expect(kolmogorovTail(1.1 - 1e-9)).toBeCloseTo(kolmogorovTail(1.1 + 1e-9), 8);
  });

  it('never leaves 0 to 1', () => {
    expect([kolmogorovTail(0), kolmogorovTail(0.05), kolmogorovTail(20)]).toEqual([1, 1, 0]);
    expect(kolmogorovSmirnovPValue(1, 500, 500)).toBeLessThan(1e-100);
  });
});

describe('the stability index', () => {
  it('is the sum of differences times logarithms', () => {
    const index = stabilityIndex([
      { before: 50, after: 80 },
      { before: 50, after: 20 },
    ]);
    expect(index).toBeCloseTo(0.3 * Math.log(1.6) - 0.3 * Math.log(0.4), 14);
    expect(levelOf(index)).toBe('strong');
  });

  it('is nothing where shares are equal, whatever the numbers', () => {
    expect(
      stabilityIndex([
        { before: 10, after: 1000 },
        { before: 30, after: 3000 },
      ]),
    ).toBeCloseTo(0, 15);
    expect(levelOf(0)).toBe('none');
  });

  it('stays finite where a part is empty on one side', () => {
    expect(
      stabilityIndex([
        { before: 100, after: 0 },
        { before: 0, after: 100 },
      ]),
    ).toBeCloseTo(2 * 0.995 * Math.log(200), 12);
  });
});

describe('the chi-squared test', () => {
  it('is Pearson’s statistic with one degree of freedom for two values', () => {
    // 30·70 against 50·50: (30·50 − 70·50)² · 200 / (100 · 100 · 80 · 120)
    const { statistic, degreesOfFreedom } = chiSquaredTest([
      { before: 30, after: 50 },
      { before: 70, after: 50 },
    ]);
    expect(statistic).toBeCloseTo(((30 * 50 - 70 * 50) ** 2 * 200) / (100 * 100 * 80 * 120), 12);
    expect(degreesOfFreedom).toBe(1);
  });

  it('takes values together that are too rare for it', () => {
    const rare = Array.from({ length: 10 }, () => ({ before: 1, after: 1 }));
    const test = chiSquaredTest([{ before: 100, after: 100 }, { before: 50, after: 50 }, ...rare]);
    expect(test).toMatchObject({ degreesOfFreedom: 2, pValue: 1 });
  });

  it('says nothing of a single value', () => {
    expect(chiSquaredTest([{ before: 9, after: 4 }])).toEqual({
      statistic: 0,
      degreesOfFreedom: 0,
      pValue: 1,
    });
  });
});
