import { describe, expect, it } from 'vitest';
import { fakeDetail, fakeRuns } from '../../testing/fake-runs.ts';
import { runViews } from './run-views.ts';

const [running, , finished] = fakeRuns(3).map(fakeDetail);
const names = (run = finished!) => runViews(run).map(([name]) => name);

describe('the views of a run', () => {
  it('leave out what would be empty for good', () => {
    expect(names()).toEqual(['curves', 'log']);
    expect(names({ ...finished!, reproducesRunId: finished!.id })).toContain('reproduction');
  });

  it('keep what may still come while it runs', () => {
    expect(names(running)).toContain('system');
  });
});
