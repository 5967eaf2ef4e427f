import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { SqlResult } from '../../../../app/contract/data-sql.contract.ts';
import { client } from '../../../client/orpc.ts';
import { useQueryString } from '../../../shell/router.ts';

/** A query longer than this is not written into the address. */
const mostAddressCharacters = 6000;

/** Answers queries one at a time; leaving the page cancels. @param asked a query that a link brought: it is answered at once */
export function useSqlRun(asked: string) {
  const [, setQuery] = useQueryString();
  const [result, setResult] = useState<SqlResult | null>(null);
  const stop = useRef<AbortController | null>(null);
  const run = useMutation({
    mutationFn: (sql: string) => {
      stop.current = new AbortController();
      return client.dataTables.sql.run({ query: sql }, { signal: stop.current.signal });
    },
    onSuccess: setResult,
  });
  const begin = (sql: string) => {
    if (sql.trim() === '' || run.isPending) return;
    setQuery({ query: sql.length <= mostAddressCharacters ? sql : null });
    run.mutate(sql);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a link that brings a query is answered once, when it is opened
  useEffect(() => {
    if (asked !== '') begin(asked);
    return () => stop.current?.abort();
  }, []);
  return {
    /** The last answer; null before the first. */
    result,
    error: run.error,
    isPending: run.isPending,
    wasCancelled: stop.current?.signal.aborted === true,
    begin,
    cancel: () => stop.current?.abort(),
  };
}

export type SqlRun = ReturnType<typeof useSqlRun>;
