import { describe, expect, it } from 'vitest';
import { fakeRuns } from '../../testing/fake-runs.ts';
import { differingParameters, filterRuns } from './runs-table.ts';

const runs = fakeRuns(40);

describe('the table of runs', () => {
  it('keeps the runs in which every word occurs', () => {
    const found = filterRuns(runs, 'mlp seed=3');
    expect(found.length).toBeGreaterThan(0);
    for (const run of found) {
      expect(run.template).toBe('mlp');
      expect(run.params.seed).toBe(3);
    }
  });

  it('shows the parameters that differ and no others', () => {
    const keys = differingParameters(runs);
    expect(keys).toContain('seed');
    expect(keys).toContain('hidden');
    expect(keys).not.toContain('target');
  });
});
