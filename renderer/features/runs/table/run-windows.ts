import { type UseQueryResult, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Inputs, Outputs } from '../../../../app/contract/index.ts';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';

/** Which runs, in which order. */
export type RunsAsked = Omit<Inputs['runs']['list'], 'limit' | 'offset'>;

/** Rows read in one call while somebody scrolls; a screen shows about thirty. */
const windowRows = 50;
/** The most that the core gives in one call. */
const pageRows = 1000;
/** What flies past is not read. */
const restMs = 100;

export interface RunWindows {
  /** Null until it is known. */
  readonly total: number | null;
  readonly rowAt: (index: number) => Run | undefined;
  /** The runs at hand. */
  readonly loaded: readonly Run[];
  readonly error: unknown;
}

/** The runs around those in view (`from` to `to`, the end exclusive), read in windows as somebody scrolls. */
export function useRunWindows(asked: RunsAsked, from: number, to: number, enabled: boolean): RunWindows {
  const first = Math.max(0, Math.floor(from / windowRows));
  const last = Math.max(first, Math.floor(Math.max(0, to - 1) / windowRows));
  const [wantedFirst, wantedLast] = useRested(first, last);
  const windows = Array.from({ length: wantedLast - wantedFirst + 1 }, (_, index) => wantedFirst + index);
  const { pages, error } = useQueries({
    queries: windows.map((window) => ({
      ...orpc.runs.list.queryOptions({
        input: { ...asked, limit: windowRows, offset: window * windowRows },
      }),
      enabled,
    })),
    combine: joined,
  });
  const total = useKept(pages.find((page) => page !== undefined)?.total ?? null);
  const loaded = useMemo(() => pages.flatMap((page) => page?.runs ?? []), [pages]);
  const rowAt = useCallback(
    (index: number) => pages[Math.floor(index / windowRows) - wantedFirst]?.runs[index % windowRows],
    [pages, wantedFirst],
  );
  return { total, rowAt, loaded, error };
}

type RunPage = Outputs['runs']['list'];

/** Stands outside the hook, so that the same results join to the same object. */
function joined(results: readonly UseQueryResult<RunPage>[]): {
  readonly pages: readonly (RunPage | undefined)[];
  readonly error: unknown;
} {
  return {
    pages: results.map(({ data }) => data),
    error: results.find((result) => result.error !== null)?.error ?? null,
  };
}

/** A pair of numbers once it stands still; the first is taken at once. */
function useRested(first: number, last: number): readonly [number, number] {
  const [rested, setRested] = useState<readonly [number, number]>([first, last]);
  useEffect(() => {
    const timer = setTimeout(() => {
      setRested((before) => (before[0] === first && before[1] === last ? before : [first, last]));
    }, restMs);
    return () => clearTimeout(timer);
  }, [first, last]);
  return rested;
}

/** The last value that was known. */
function useKept<Value>(value: Value | null): Value | null {
  const kept = useRef(value);
  if (value !== null) kept.current = value;
  return value ?? kept.current;
}

/** All runs that are asked for, page by page. */
export async function readAllRuns(asked: RunsAsked, signal?: AbortSignal): Promise<Run[]> {
  const runs: Run[] = [];
  for (;;) {
    const page = await client.runs.list(
      { ...asked, limit: pageRows, offset: runs.length },
      signal ? { signal } : {},
    );
    runs.push(...page.runs);
    if (page.runs.length === 0 || runs.length >= page.total) return runs;
  }
}

/** While runs go on, all of them are read again after at least this long, and after ten times what reading takes. */
const againMs = 2000;

/** All runs that are asked for, for groups. They follow events, but not each one: reading all takes its time. */
export function useEveryRun(
  asked: RunsAsked,
  enabled: boolean,
): { readonly runs: readonly Run[] | null; readonly error: unknown } {
  const tookMs = useRef(0);
  const query = useQuery({
    queryKey: ['every run', asked],
    queryFn: async ({ signal }) => {
      const began = performance.now();
      const runs = await readAllRuns(asked, signal);
      tookMs.current = performance.now() - began;
      return runs;
    },
    enabled,
    placeholderData: (before) => before,
  });
  const pulse = useQuery({
    ...orpc.runs.list.queryOptions({ input: { ...asked, limit: 1 } }),
    enabled,
  }).dataUpdatedAt;
  const seen = useRef(0);
  const { refetch } = query;
  useEffect(() => {
    if (!enabled || pulse === 0) return;
    const first = seen.current === 0;
    seen.current = pulse;
    if (first) return;
    const timer = setTimeout(() => void refetch(), Math.max(againMs, tookMs.current * 10));
    return () => clearTimeout(timer);
  }, [enabled, pulse, refetch]);
  return { runs: query.data ?? null, error: query.error };
}
