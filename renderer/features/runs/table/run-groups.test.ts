import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import { fakeRuns } from '../../../testing/fake-runs.ts';
import { fieldOf } from './run-fields.ts';
import { groupCell, groupLines, groupRuns } from './run-groups.ts';

const [sample] = fakeRuns(1) as [Run];
const run = (name: string, params: Run['params'], metrics: Run['metrics']): Run => ({
  ...sample,
  name,
  params,
  metrics,
});
const runs = [
  run('a', { lr: 0.1 }, { loss: 4 }),
  run('b', { lr: 0.01 }, { loss: 1 }),
  run('c', { lr: 0.1 }, { loss: 6 }),
  run('d', {}, { loss: 0 }),
  run('e', { lr: 0.01 }, { loss: 'NaN' }),
];
const titles = (sort: { by: string; descending: boolean }) =>
  groupRuns(runs, fieldOf('params.lr'), sort).map(({ title }) => title);

describe('runs grouped by a parameter', () => {
  it('stand by the mean of what is sorted by, those without the parameter last', () => {
    expect(titles({ by: 'metrics.loss', descending: false })).toEqual(['0.01', '0.1', 'none']);
    expect(titles({ by: 'metrics.loss', descending: true })).toEqual(['0.1', '0.01', 'none']);
  });

  it('stand by the parameter itself where it is what is sorted by', () => {
    expect(titles({ by: 'params.lr', descending: true })).toEqual(['0.1', '0.01', 'none']);
  });

  it('keep the order of their first runs where the order is of another kind', () => {
    expect(titles({ by: 'started', descending: true })).toEqual(['0.1', '0.01', 'none']);
  });

  it('have mean and 95 % interval of a metric, NaN left out', () => {
    const [group] = groupRuns(runs, fieldOf('params.lr'), { by: 'params.lr', descending: true });
    const cell = groupCell(group?.runs ?? [], fieldOf('metrics.loss'));
    // Two values, 4 and 6: 12.706205 × √2 / √2.
    expect(cell).toMatchObject({ kind: 'mean', interval: { count: 2, mean: 5 } });
    expect(cell.kind === 'mean' && cell.interval.half).toBeCloseTo(12.7062, 4);
  });

  it('show the value that all share, or how many there are', () => {
    expect(groupCell(runs.slice(0, 1), fieldOf('params.lr'))).toEqual({ kind: 'same', value: 0.1 });
    expect(groupCell(runs, fieldOf('params.lr'))).toEqual({ kind: 'several', count: 2 });
    expect(groupCell(runs, fieldOf('tags.none'))).toEqual({ kind: 'same', value: null });
  });

  it('show the runs of those that are open', () => {
    const groups = groupRuns(runs, fieldOf('params.lr'), { by: 'started', descending: true });
    const lines = groupLines(groups, new Set([groups[1]?.id ?? '']));
    expect(lines.map((line) => (line.kind === 'run' ? line.run.name : line.group.title))).toEqual([
      '0.1',
      '0.01',
      'b',
      'e',
      'none',
    ]);
  });
});
