import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { orpc } from '../../client/orpc.ts';

const pageSize = 1000;

/** Every run of the project, newest first: the first page at once, the rest as it arrives. */
export function useAllRuns(): {
  readonly runs: readonly Run[];
  readonly total: number;
  readonly loading: boolean;
  readonly error: unknown;
} {
  const query = useInfiniteQuery(
    orpc.runs.list.infiniteOptions({
      input: (offset: number) => ({ limit: pageSize, offset }),
      initialPageParam: 0,
      getNextPageParam: (last, pages) => {
        const read = pages.reduce((count, { runs }) => count + runs.length, 0);
        return last.runs.length > 0 && read < last.total ? read : undefined;
      },
    }),
  );
  const { hasNextPage, isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const pages = query.data?.pages;
  const runs = useMemo(() => pages?.flatMap((page) => page.runs) ?? [], [pages]);
  return { runs, total: pages?.[0]?.total ?? 0, loading: query.isPending, error: query.error };
}
