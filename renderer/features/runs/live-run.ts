import { useEffect, useState } from 'react';
import type { RunDetail, Series } from '../../../app/contract/runs.contract.ts';
import { fromWireNumber, toWireNumber } from '../../../app/contract/wire.ts';
import { hasEnded } from './run-state.ts';

/** A run that goes on with what its curves say by now: last values, extremes, steps and the time since it started. */
export function withLiveValues(run: RunDetail, series: readonly Series[], nowMs: number): RunDetail {
  if (hasEnded(run)) return run;
  const mine = series.filter(({ runId, points }) => runId === run.id && points > 0);
  const summaries = mine.map(({ key, points, steps, mean, min, max }) => {
    const finite = (values: Series['mean']) =>
      values.map(fromWireNumber).filter((value) => !Number.isNaN(value));
    const means = finite(mean).filter(Number.isFinite);
    return [
      key,
      {
        last: mean.at(-1) ?? 'NaN',
        lastStep: steps.at(-1) ?? 0,
        firstStep: run.metricSummaries[key]?.firstStep ?? steps[0] ?? 0,
        min: toWireNumber(
          finite(min).reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
        ),
        max: toWireNumber(
          finite(max).reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
        ),
        // The entries of a curve stand for about equally many points each.
        mean: toWireNumber(means.reduce((sum, value) => sum + value, 0) / means.length),
        points,
      },
    ] as const;
  });
  return {
    ...run,
    metrics: { ...run.metrics, ...Object.fromEntries(summaries.map(([key, { last }]) => [key, last])) },
    metricSummaries: { ...run.metricSummaries, ...Object.fromEntries(summaries) },
    durationMs: run.startedAt === null ? null : Math.max(0, nowMs - run.startedAt),
  };
}

/** The time, read anew every second while something goes on. */
export function useSeconds(going: boolean): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!going) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [going]);
  return nowMs;
}
