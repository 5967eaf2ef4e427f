import { describe, expect, it } from 'vitest';
import { formatTick } from './ticks.ts';

describe('ticks of an axis that is zoomed far into large numbers', () => {
  it('tell neighbours apart', () => {
    const words = (from: number, step: number) =>
      [0, 1, 2].map((index) => formatTick(from + index * step, step));
    expect(words(199_900, 100)).toEqual(['199.9k', '200k', '200.1k']);
    expect(words(199_900, 2)).toEqual(['199,900', '199,902', '199,904']);
    expect(words(9_990_000, 5000)).toEqual(['9,990,000', '9,995,000', '10,000,000']);
    expect(words(5_000_000, 2_500_000)).toEqual(['5M', '7.5M', '10M']);
  });
});
