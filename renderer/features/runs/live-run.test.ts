import { describe, expect, it } from 'vitest';
import type { RunDetail } from '../../../app/contract/runs.contract.ts';
import { fakeDetail, fakeRuns, fakeSeries } from '../../testing/fake-runs.ts';
import { withLiveValues } from './live-run.ts';

const detail = (index: number): RunDetail => {
  const run = fakeRuns(index + 1)[index]!;
  return { ...fakeDetail(run), metrics: {} };
};

describe('a run that goes on', () => {
  it('shows the last values of its curves and the time since it started', () => {
    const run = detail(0);
    const series = fakeSeries(run, ['val_loss'], 1000);
    const live = withLiveValues(run, series, (run.startedAt ?? 0) + 9000);
    expect(live.metrics.val_loss).toBe(series[0]?.mean.at(-1));
    expect(live.metricSummaries.val_loss?.lastStep).toBe(series[0]?.steps.at(-1));
    expect(live.durationMs).toBe(9000);
  });

  it('shows what was recorded once it is over', () => {
    const run = detail(2);
    expect(withLiveValues(run, fakeSeries(run, ['val_loss'], 1000), 0)).toBe(run);
  });
});
