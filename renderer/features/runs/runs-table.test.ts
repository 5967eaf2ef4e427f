import { describe, expect, it } from 'vitest';
import { fakeRuns } from '../../testing/fake-runs.ts';
import { differingParameters, filterRuns, sortRuns } from './runs-table.ts';

const runs = fakeRuns(40);

describe('the table of runs', () => {
  it('keeps the runs in which every word occurs', () => {
    const found = filterRuns(runs, { text: 'mlp seed=3', status: null });
    expect(found.length).toBeGreaterThan(0);
    for (const run of found) {
      expect(run.template).toBe('mlp');
      expect(run.params.seed).toBe(3);
    }
  });

  it('keeps one state', () => {
    const failed = filterRuns(runs, { text: '', status: 'failed' });
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ status }) => status === 'failed')).toBe(true);
  });

  it('puts runs without the value last, whichever way it sorts', () => {
    for (const descending of [true, false]) {
      const sorted = sortRuns(runs, { by: 'metrics.test_accuracy', descending });
      expect(sorted[0]?.metrics.test_accuracy).toBeDefined();
      expect(sorted.at(-1)?.metrics.test_accuracy).toBeUndefined();
    }
  });

  it('shows the parameters that differ and no others', () => {
    const keys = differingParameters(runs);
    expect(keys).toContain('seed');
    expect(keys).toContain('hidden');
    expect(keys).not.toContain('target');
  });
});
