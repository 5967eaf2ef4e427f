import { useQueries } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import type { Run, Series } from '../../../app/contract/runs.contract.ts';
import type { HorizontalAxis } from '../../charts/chart-line.ts';
import type { ValueRange } from '../../charts/range.ts';
import { orpc } from '../../client/orpc.ts';

interface ZoomedSeries {
  /** The curves as a whole, as they show without a zoom. */
  readonly series: readonly Series[];
  readonly axis: HorizontalAxis;
  /** Steps, or milliseconds since each curve began. */
  readonly zoom: ValueRange | null;
}

/** Entries of each curve over the width of a chart. */
const maxPoints = 1000;
/** Read on both sides beyond what shows, so that lines go on to the edges. */
const beyond = 0.05;

interface Part {
  readonly runs: Run['id'][];
  readonly from: number;
  readonly to: number;
}

interface Detail {
  readonly zoom: ValueRange;
  readonly series: readonly Series[];
}

/**
 * The curves at the resolution of the part that shows: a short stretch of a long curve is read anew from the core. Until it is
 * there, and where nothing was left out to begin with, the curves stay as they are.
 */
export function useZoomedSeries({ series, axis, zoom }: ZoomedSeries): readonly Series[] {
  const coarse = useMemo(() => series.filter(({ downsampled }) => downsampled), [series]);
  const keys = [...new Set(coarse.map(({ key }) => key))];
  const answers = useQueries({
    queries:
      zoom === null
        ? []
        : partsOf(coarse, axis, zoom).map(({ runs, from, to }) => ({
            ...orpc.runs.series.queryOptions({
              input: { runs, keys, maxPoints, range: { by: axis, from, to } },
            }),
            structuralSharing: false as const,
          })),
    combine: (results) => ({
      ready: results.length > 0 && results.every(({ data }) => data !== undefined),
      found: results.flatMap(({ data }) => data ?? []),
    }),
  });
  const last = useRef<Detail | null>(null);
  if (zoom === null) last.current = null;
  else if (answers.ready) last.current = { zoom, series: answers.found };
  const detail = last.current;
  const usable = zoom !== null && detail !== null && covers(detail.zoom, zoom) ? detail.series : null;
  return useMemo(() => {
    if (usable === null) return series;
    const better = new Map(usable.map((one) => [nameOf(one), one]));
    return series.map((one) => (one.downsampled ? (better.get(nameOf(one)) ?? one) : one));
  }, [series, usable]);
}

const nameOf = ({ runId, key }: Series): string => `${runId} ${key}`;
const covers = (outer: ValueRange, inner: ValueRange): boolean =>
  outer.min <= inner.min && outer.max >= inner.max;

/** What is asked in one call each: all runs by step; by time each run for itself, because each began at a time of its own. */
function partsOf(series: readonly Series[], axis: HorizontalAxis, zoom: ValueRange): readonly Part[] {
  const room = (zoom.max - zoom.min) * beyond;
  const [from, to] = [zoom.min - room, zoom.max + room];
  if (series.length === 0) return [];
  if (axis === 'step') return [{ runs: [...new Set(series.map(({ runId }) => runId))], from, to }];
  const starts = new Map<Run['id'], number>();
  for (const { runId, timesMs } of series) {
    const start = timesMs[0] ?? 0;
    starts.set(runId, Math.min(start, starts.get(runId) ?? start));
  }
  return [...starts].map(([id, start]) => ({ runs: [id], from: start + from, to: start + to }));
}
