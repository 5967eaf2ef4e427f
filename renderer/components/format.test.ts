import { describe, expect, it } from 'vitest';
import {
  counted,
  formatAgo,
  formatBytes,
  formatClock,
  formatDuration,
  formatLeft,
  formatMetric,
  formatNumber,
  formatPercent,
} from './format.ts';

describe('words for values', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KB'],
    [999_999, '1.0 MB'],
    [31_200_000_000, '31.2 GB'],
    [412_400_000_000, '412 GB'],
    [-2_500_000, '−2.5 MB'],
  ])('%d bytes are %s', (bytes, words) => expect(formatBytes(bytes)).toBe(words));

  it.each([
    [400, '400 ms'],
    [1500, '1.5 s'],
    [9960, '10 s'],
    [59_600, '1 min'],
    [460_000, '7 min 40 s'],
    [8_040_000, '2 h 14 min'],
    [273_600_000, '3 d 4 h'],
  ])('%d ms are %s', (ms, words) => expect(formatDuration(ms)).toBe(words));

  it.each([
    [13452, '13,452'],
    [-0.25, '−0.25'],
    [0, '0'],
    [0.00001234, '1.23e−5'],
    [4.49137, '4.491'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '−∞'],
    [1_234_567, '1,234,567'],
  ])('%d is %s', (value, words) => expect(formatNumber(value)).toBe(words));

  it.each([
    [0.98049, '0.9805'],
    [-0.0015, '−0.0015'],
    [0.00001, '1.00e−5'],
    [0, '0'],
    [18_400, '18,400'],
    [369_984.28, '369,984.3'],
    [-1.5, '−1.5000'],
    [2.5e12, '2.50e12'],
    ['Infinity', '∞'],
    ['NaN', 'NaN'],
    [null, '–'],
  ])('the metric %s is %s', (value, words) => expect(formatMetric(value)).toBe(words));

  it('says what is left in whole seconds, never less than one', () => {
    expect([formatLeft(888), formatLeft(0), formatLeft(61_200)]).toEqual([
      '1 s left',
      '1 s left',
      '1 min 2 s left',
    ]);
  });

  it('puts a space before the percent sign and an s where there are several', () => {
    expect([formatPercent(0.97), formatPercent(0.0041), formatPercent(0)]).toEqual(['97 %', '0.4 %', '0 %']);
    expect([counted(1, 'run'), counted(2000, 'run')]).toEqual(['1 run', '2,000 runs']);
  });
});

describe('words for moments', () => {
  const at = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime();
  const now = at(2026, 10, 21, 15, 0);

  it('tells times of today by the clock and others by the day', () => {
    expect(formatClock(at(2026, 10, 21, 14, 13), now)).toBe('14:13');
    expect(formatClock(at(2026, 10, 20, 23, 59), now)).toBe('yesterday 23:59');
    expect(formatClock(at(2026, 10, 18, 9, 0), now)).toBe('18 Nov');
    expect(formatClock(at(2025, 10, 18, 9, 0), now)).toBe('18 Nov 2025');
  });

  it('says how long ago something just happened', () => {
    expect([3000, 45_000, 200_000, 7_300_000].map((ago) => formatAgo(now - ago, now))).toEqual([
      'just now',
      '45 s ago',
      '3 min ago',
      '2 h ago',
    ]);
  });
});
