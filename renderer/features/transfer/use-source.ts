import { skipToken, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ImportFormat, InspectedSource } from '../../../app/contract/transfer.contract.ts';
import { orpc } from '../../client/orpc.ts';

/** Nothing is looked for while letters still come. */
const restMs = 400;

/** What is at a path, looked for once the path stands still. */
export function useSource(
  path: string,
  format: ImportFormat | 'auto',
): { readonly found: InspectedSource | null; readonly looking: boolean; readonly error: unknown } {
  const [rested, setRested] = useState(path);
  useEffect(() => {
    const timer = setTimeout(() => setRested(path), restMs);
    return () => clearTimeout(timer);
  }, [path]);
  const isPath = /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(rested);
  const query = useQuery({
    ...orpc.transfer.inspect.queryOptions({ input: isPath ? { path: rested, format } : skipToken }),
    // Files come and go: what was there a minute ago says nothing.
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const still = rested === path;
  return {
    found: still && isPath ? (query.data ?? null) : null,
    looking: path !== '' && (!still || query.isFetching),
    error: still && isPath && !query.isFetching ? query.error : null,
  };
}
