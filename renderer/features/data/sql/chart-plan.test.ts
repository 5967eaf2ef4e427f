import { describe, expect, it } from 'vitest';
import type { ResultColumn } from '../../../../app/contract/data-sql.contract.ts';
import { planChart } from './chart-plan.ts';

const columns: ResultColumn[] = [
  { name: 'city', sqlType: 'VARCHAR', kind: 'text' },
  { name: 'price', sqlType: 'DOUBLE', kind: 'number' },
  { name: 'at', sqlType: 'TIMESTAMP', kind: 'time' },
];
const rows = [
  ['Bern', 10, '2026-01-01T00:00:00Z'],
  ['Basel', -5, '2026-01-03T00:00:00Z'],
  ['Bern', null, '2026-01-02T00:00:00Z'],
];

describe('a chart of a result', () => {
  it('has bars from zero, one place for each word', () => {
    const plan = planChart(columns, rows, { kind: 'bar', x: 'city', y: ['price'] });
    expect(plan?.xTicks.map(({ label, at }) => [label, at])).toEqual([
      ['Bern', 0.25],
      ['Basel', 0.75],
    ]);
    expect(plan?.zero).toBeGreaterThan(0);
    expect(plan?.leftOut).toBe(1);
    const above = planChart(
      columns,
      [
        ['Bern', 10, null],
        ['Basel', 20, null],
      ],
      {
        kind: 'bar',
        x: 'city',
        y: ['price'],
      },
    );
    expect(above?.zero).toBe(0);
    expect(above?.series[0]?.points.map(({ y }) => y)).toEqual([0.5, 1]);
  });

  it('has lines in the order of time', () => {
    const plan = planChart(columns, rows.toReversed(), { kind: 'line', x: 'at', y: ['price'] });
    expect(plan?.series[0]?.points.map(({ x }) => x)).toEqual([0, 1]);
  });

  it('counts values into bins', () => {
    const many = Array.from({ length: 1000 }, (_, value) => ['', value, '']);
    const plan = planChart(columns, many, { kind: 'histogram', x: 'price', y: [] });
    expect(plan?.series[0]?.points).toHaveLength(20);
    expect(plan?.series[0]?.points[0]?.words).toBe('0 to 49.95: 50');
  });

  it('is none where there is nothing to draw', () => {
    expect(planChart(columns, rows, { kind: 'bar', x: null, y: ['price'] })).toBeNull();
    expect(planChart(columns, rows, { kind: 'bar', x: 'city', y: ['gone'] })).toBeNull();
    expect(planChart(columns, [['Bern', 'NaN', null]], { kind: 'line', x: 'city', y: ['price'] })).toBeNull();
    expect(planChart(columns, [], { kind: 'histogram', x: 'price', y: [] })).toBeNull();
  });
});
