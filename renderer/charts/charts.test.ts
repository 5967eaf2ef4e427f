import { describe, expect, it } from 'vitest';
import type { RunId } from '../../app/contract/ids.ts';
import type { Series } from '../../app/contract/runs.contract.ts';
import { chartLine, nearestIndex, positions, withPoints } from './chart-line.ts';
import { chartTable } from './chart-table.ts';
import { planLinePlot, plotTraces } from './line-plot.ts';
import { lineStyle } from './line-style.ts';
import { rangeWithoutOutliers, steppedLogRange, steppedRange } from './range.ts';
import { smooth } from './smoothing.ts';
import {
  elapsedTicks,
  formatElapsedTick,
  formatLogTick,
  formatTick,
  linearTicks,
  logTicks,
} from './ticks.ts';

const run = '0'.repeat(32) as RunId;

function series(values: readonly number[], downsampled = false): Series {
  return {
    runId: run,
    key: 'val_loss',
    points: values.length,
    downsampled,
    steps: values.map((_, index) => index * 10),
    timesMs: values.map((_, index) => 5000 + index * 100),
    mean: [...values],
    min: values.map((value) => value - 1),
    max: values.map((value) => value + 1),
  };
}

const options = {
  scale: 'linear',
  axis: 'step',
  smoothing: 0,
  showRaw: true,
  rawOpacity: 0.26,
  ignoreOutliers: false,
  focusedId: null,
  zoom: null,
  live: false,
  reach: null,
  ticks: 6,
} as const;

const tokens = {
  surface: '#ffffff',
  grid: '#eeeeee',
  axis: '#bbbbbb',
  text: '#555555',
  mark: '#777777',
  mono: 'monospace',
  runs: Array.from({ length: 12 }, (_, index) => `#0000${(index + 16).toString(16)}`),
};

describe('smoothing', () => {
  it('keeps a constant series constant from the first point on', () => {
    const smoothed = smooth([2, 2, 2, 2], 0.9);
    for (const value of smoothed) expect(value).toBeCloseTo(2, 12);
  });

  it('gives the first point unchanged, and weighs the second by the bias-corrected share', () => {
    const [first, second] = smooth([1, 0], 0.5);
    expect(first).toBe(1);
    expect(second).toBeCloseTo(0.25 / 0.75, 12);
  });

  it('does not cross a gap', () => {
    expect(smooth([1, 1, Number.NaN, 9], 0.9)).toEqual([1, 1, Number.NaN, 9]);
  });

  it('changes nothing at strength 0', () => {
    expect(smooth([3, 1, 2], 0)).toEqual([3, 1, 2]);
  });
});

describe('ticks', () => {
  it('lie on pleasant steps inside the range', () => {
    expect(linearTicks(0, 1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(linearTicks(0.902, 0.991)).toEqual([0.925, 0.95, 0.975]);
    expect(linearTicks(0, 30_000, 6)).toEqual([0, 5000, 10_000, 15_000, 20_000, 25_000, 30_000]);
  });

  it('of a log axis are 1-2-5 over a decade or two, and whole decades over many', () => {
    expect(logTicks(0.02, 2)).toEqual([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]);
    expect(logTicks(1e-6, 1)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]);
  });

  it('are written short', () => {
    expect(formatTick(15_000, 5000)).toBe('15k');
    expect(formatTick(0.98, 0.02)).toBe('0.98');
    expect(formatTick(0.925, 0.025)).toBe('0.925');
    expect(formatTick(0.0003, 0.0001)).toBe('3e-4');
    expect(formatTick(-2, 1)).toBe('−2');
    expect(formatLogTick(0.05)).toBe('0.05');
    expect(elapsedTicks(600_000)).toEqual([0, 120_000, 240_000, 360_000, 480_000, 600_000]);
    expect(formatElapsedTick(120_000)).toBe('2 min');
  });
});

describe('ranges', () => {
  it('stand still until a value leaves them', () => {
    const before = steppedRange({ min: 0.11, max: 0.93 });
    expect(steppedRange({ min: 0.12, max: 0.98 })).toEqual(before);
    expect(steppedRange({ min: 0.11, max: 1.4 })).not.toEqual(before);
  });

  it('give a flat series room', () => {
    const { min, max } = steppedRange({ min: 5, max: 5 });
    expect(min).toBeLessThan(5);
    expect(max).toBeGreaterThan(5);
  });

  it('of a log axis end on 1, 2 or 5', () => {
    expect(steppedLogRange({ min: 0.031, max: 1.7 })).toEqual({ min: 0.02, max: 2 });
  });

  it('without outliers leave a spike out and count it', () => {
    const values = [...Array.from({ length: 200 }, (_, index) => Math.sin(index)), 1000];
    const range = rangeWithoutOutliers(values);
    expect(range?.clipped).toBe(1);
    expect(range?.max).toBeLessThan(10);
  });
});

describe('a live series', () => {
  it('takes new points of its key and skips those it has', () => {
    const point = { key: 'val_loss', timeMs: 9000, value: 7 };
    const grown = withPoints(series([3, 2, 1]), [
      { ...point, step: 20 },
      { ...point, step: 30 },
      { ...point, key: 'train_loss', step: 40 },
    ]);
    expect(grown.steps).toEqual([0, 10, 20, 30]);
    expect(grown.mean).toEqual([3, 2, 1, 7]);
    expect(grown.points).toBe(4);
  });

  it('finds the nearest point to the cursor', () => {
    expect(nearestIndex([0, 10, 20], 14)).toBe(1);
    expect(nearestIndex([0, 10, 20], 16)).toBe(2);
    expect(nearestIndex([0, 10, 20], 99)).toBe(2);
    expect(nearestIndex([], 1)).toBe(-1);
  });

  it('counts wall time from its own start', () => {
    const line = chartLine(series([1, 2]), { id: 'a', name: 'a', color: 1 });
    expect(positions(line, 'time')).toEqual([0, 100]);
  });
});

describe('a chart', () => {
  const line = (id: string, values: readonly number[], downsampled = false) =>
    chartLine(series(values, downsampled), { id, name: id, color: 1 });

  it('draws raw lines behind smoothed ones, and the focused line last', () => {
    const asked = { ...options, smoothing: 0.6, focusedId: 'a' };
    const plan = planLinePlot([line('a', [1, 2, 3]), line('b', [3, 2, 1])], asked);
    const traces = plotTraces(plan, asked, tokens);
    expect(traces).toHaveLength(4);
    expect(traces).toMatchObject([{ opacity: 0.26 }, { opacity: 0.26 }, { opacity: 1 }, { opacity: 1 }]);
    expect(traces.at(-1)).toMatchObject({ line: { width: 2.25 } });
  });

  it('shows what lies between the points of a downsampled line as a band', () => {
    const plan = planLinePlot([line('a', [1, 2, 3], true)], options);
    const traces = plotTraces(plan, options, tokens);
    expect(traces[1]).toMatchObject({ y: [2, 3, 4], fill: 'tonexty' });
  });

  it('leaves values out that have no logarithm, and counts them', () => {
    const plan = planLinePlot([line('a', [1, 0, 0.1])], { ...options, scale: 'log' });
    expect(plan.notPositive).toBe(1);
    expect(plan.vertical.range.min).toBeGreaterThan(0);
  });

  it('takes its vertical range from the part that shows', () => {
    const plan = planLinePlot([line('a', [100, 1, 2, 3])], { ...options, zoom: { min: 10, max: 30 } });
    expect(plan.vertical.range.max).toBeLessThan(10);
  });

  it('tells the thirteenth line from the first by a dash, and dims lines beside a focused one only past twelve', () => {
    expect(lineStyle(0, 13, 'none').dash).toBe('solid');
    expect(lineStyle(12, 13, 'none').dash).not.toBe('solid');
    expect(lineStyle(0, 13, 'other').opacity).toBe(0.18);
    expect(lineStyle(0, 12, 'other').opacity).toBe(1);
  });

  it('has a table that joins lines by step', () => {
    const table = chartTable([line('a', [1, 2]), line('b', [3, 4, 5])], 'step');
    expect(table.rows).toEqual([
      { at: 0, values: [1, 3] },
      { at: 10, values: [2, 4] },
      { at: 20, values: [null, 5] },
    ]);
  });
});

describe('a chart of amounts', () => {
  it('begins at zero and keeps the whole in view', () => {
    const line = {
      id: 'a',
      name: 'a',
      color: null,
      steps: [0, 1],
      timesMs: [0, 1],
      values: [98.5, 99.5],
      band: null,
    };
    const options = {
      scale: 'linear',
      axis: 'step',
      smoothing: 0,
      showRaw: true,
      rawOpacity: 1,
      ignoreOutliers: false,
      focusedId: null,
      zoom: null,
      live: false,
      reach: null,
      ticks: 3,
    } as const;
    expect(planLinePlot([line], options).vertical.range.min).toBeGreaterThan(0);
    expect(planLinePlot([line], { ...options, fromZero: true, least: 100 }).vertical.range).toEqual({
      min: 0,
      max: 100,
    });
  });
});
