import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { MetricPoint, Run, Series } from '../../../app/contract/runs.contract.ts';
import { withPoints } from '../../charts/chart-line.ts';
import { follow } from '../../client/follow.ts';
import { client, orpc } from '../../client/orpc.ts';
import { isSystemMetric } from './telemetry.ts';

interface SeriesRequest {
  readonly runs: readonly Pick<Run, 'id' | 'status'>[];
  readonly keys?: readonly string[];
  /** The machine's telemetry: `keys` are the series that are known, and others are added as they come. */
  readonly system?: boolean;
  readonly maxPoints?: number;
}

/** New points are drawn this often at most, however fast they come. */
const drawEveryMs = 200;
/** Points kept beside the series before the series is read again, downsampled. */
const keepPoints = 4000;

/**
 * Curves of runs: read once, grown by points as they are recorded, read again when a run is over. The series are
 * read anew after the first batch of points, so that nothing between reading and watching is missed.
 */
export function useSeries({ runs, keys, system = false, maxPoints = 1000 }: SeriesRequest): {
  readonly series: readonly Series[];
  readonly loading: boolean;
  readonly error: unknown;
} {
  const ids = runs.map(({ id }) => id);
  const query = useQuery({
    ...orpc.runs.series.queryOptions({ input: { runs: ids, keys: keys ? [...keys] : undefined, maxPoints } }),
    enabled: ids.length > 0 && !(system && keys?.length === 0),
    // Series that came to be meanwhile are asked for beside those that show; these stay until the answer.
    placeholderData: (before) => (system ? before : undefined),
  });
  const { refetch } = query;
  const watched = runs
    .filter(({ status }) => status === 'running' || status === 'queued')
    .map(({ id }) => id)
    .join(',');
  const points = useLivePoints(watched, refetch);
  const wasWatched = useRef(watched);
  useEffect(() => {
    if (wasWatched.current !== watched) void refetch();
    wasWatched.current = watched;
  }, [watched, refetch]);
  const keyList = keys?.join('\n');
  const series = useMemo(() => {
    const wanted = new Set(keyList?.split('\n'));
    const accepts = (key: string) =>
      system ? isSystemMetric(key) : keyList === undefined ? !isSystemMetric(key) : wanted.has(key);
    return grown(query.data ?? [], points, accepts);
  }, [query.data, points, keyList, system]);
  return { series, loading: query.isPending && ids.length > 0, error: query.error };
}

interface Batch {
  readonly runId: Run['id'];
  readonly points: readonly MetricPoint[];
}

type LivePoints = ReadonlyMap<Run['id'], readonly MetricPoint[]>;

function useLivePoints(watched: string, refetch: () => Promise<unknown>): LivePoints {
  const [points, setPoints] = useState<LivePoints>(new Map());
  useEffect(() => {
    setPoints(new Map());
    if (watched === '') return;
    const runs = watched.split(',') as Run['id'][];
    const stop = new AbortController();
    const buffer = new Map<Run['id'], MetricPoint[]>();
    let first = true;
    let count = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      setPoints(new Map([...buffer].map(([id, list]) => [id, [...list]])));
    };
    const take = (batch: Batch) => {
      buffer.set(batch.runId, [...(buffer.get(batch.runId) ?? []), ...batch.points]);
      if (first || count > keepPoints) {
        first = false;
        count = 0;
        const held = new Map([...buffer].map(([id, list]) => [id, list.length]));
        // What was held before the series is read anew is in it, and need not be kept beside it.
        void refetch().then(() => {
          for (const [id, list] of buffer) buffer.set(id, list.slice(held.get(id) ?? 0));
        });
      }
      count += batch.points.length;
      timer ??= setTimeout(draw, drawEveryMs);
    };
    // A connection that was lost may have swallowed points: the series is read again with the first that follow.
    const open = (signal: AbortSignal) => {
      first = true;
      return client.runs.watchMetrics({ runs }, { signal });
    };
    follow<Batch>(open, take, stop.signal).catch(() => void refetch());
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [watched, refetch]);
  return points;
}

function grown(series: readonly Series[], points: LivePoints, accepts: (key: string) => boolean): Series[] {
  const known = new Set(series.map(({ runId, key }) => `${runId} ${key}`));
  const fresh: Series[] = [];
  for (const [runId, list] of points) {
    for (const { key } of list) {
      if (known.has(`${runId} ${key}`) || !accepts(key)) continue;
      known.add(`${runId} ${key}`);
      const none = { steps: [], timesMs: [], mean: [], min: [], max: [] };
      fresh.push({ runId, key, points: 0, downsampled: false, ...none });
    }
  }
  return [...series, ...fresh].map((one) => withPoints(one, points.get(one.runId) ?? []));
}
