import { useQuery } from '@tanstack/react-query';
import { client } from '../../../client/orpc.ts';
import type { MarkedRuns } from './marked-runs.ts';
import { filtersOfIds, type RunsAsked } from './run-reads.ts';

/** The most that a filter may have, in characters. */
const mostFilter = 10_000;
/** The most groups that the core gives in one call. */
const mostGroups = 10_000;

const none: ReadonlyMap<string, number> = new Map();

/** How many runs of each group are marked, by the group's id; counted by the core, which knows the groups. */
export function useMarkedInGroups(
  marked: MarkedRuns,
  asked: RunsAsked,
  by: string | null,
): ReadonlyMap<string, number> {
  const ids = [...marked.keys()];
  const query = useQuery({
    queryKey: ['marked in groups', asked, by, ids],
    queryFn: async ({ signal }) => {
      const counts = new Map<string, number>();
      for (const filter of filtersOfIds(ids)) {
        const both = asked.filter ? `(${asked.filter}) and ${filter}` : filter;
        const { groups } = await client.runs.groups(
          {
            ...asked,
            filter: both.length > mostFilter ? filter : both,
            by: [by ?? ''],
            firstRuns: 0,
            limit: mostGroups,
          },
          { signal },
        );
        for (const { values, runs } of groups) {
          const id = JSON.stringify(values[0] ?? null);
          counts.set(id, (counts.get(id) ?? 0) + runs);
        }
      }
      return counts;
    },
    enabled: by !== null && ids.length > 0,
    placeholderData: (before) => before,
    structuralSharing: false,
  });
  return ids.length === 0 || by === null ? none : (query.data ?? none);
}
