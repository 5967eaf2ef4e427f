import { useQuery } from '@tanstack/react-query';
import { orpc } from '../client/orpc.ts';
import { matchPath } from './router.ts';

/** The name of the object that a path shows, or null where it shows a list. Runs are named by id in paths. */
export function useCrumb(pathname: string): string | null {
  const runId = matchPath('/runs/:id', pathname)?.id ?? null;
  const run = useQuery({
    ...orpc.runs.get.queryOptions({ input: { run: runId ?? '-' } }),
    enabled: runId !== null,
  });
  if (runId !== null) return run.data?.name ?? '…';
  if (pathname === '/queue') return 'Queue';
  if (pathname === '/sql') return 'SQL';
  if (pathname === '/lineage') return 'Lineage';
  return matchPath('/:list/:name', pathname)?.name ?? null;
}
