import { useQueries } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Outputs } from '../../../../app/contract/index.ts';
import { orpc } from '../../../client/orpc.ts';
import { groupFrom, type OpenGroup, placeOfLine, type RunGroup, type TableRow } from './run-groups.ts';
import type { RunsAsked } from './run-reads.ts';
import { lineOfGroup, lineOfRun } from './table-lines.ts';
import { useWindows } from './use-windows.ts';

/** Groups read in one call: the core looks at every run for each. */
const groupWindow = 500;
/** Runs of an open group that are read in one call. */
const runWindow = 50;
/** Runs whose curves stand for those of their group. */
export const bandRuns = 10;

type GroupPage = Outputs['runs']['groups'];

interface GroupsAsked {
  readonly asked: RunsAsked;
  /** Null: the runs are in no groups. */
  readonly by: string | null;
  readonly groupFields: readonly string[];
  readonly runFields: readonly string[];
  /** Lines in view, the end exclusive. */
  readonly from: number;
  readonly to: number;
}

interface GroupLines {
  readonly lines: number;
  readonly total: number | null;
  readonly runs: number | null;
  readonly rowAt: (line: number) => TableRow | undefined;
  readonly error: unknown;
  readonly unfold: (group: RunGroup, index: number, open: boolean) => void;
}

const groupsOfPage = (page: GroupPage) => page.groups;
const totalOf = (page: GroupPage) => page.total;
/** The lines of a table of groups: the core groups the runs, and only the runs of open groups in view are read. */
export function useRunGroups({ asked, by, groupFields, runFields, from, to }: GroupsAsked): GroupLines {
  const [opened, setOpened] = useState<ReadonlyMap<string, OpenGroup>>(new Map());
  const key = JSON.stringify([asked, by]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other groups are all closed
  useEffect(() => setOpened((before) => (before.size === 0 ? before : new Map())), [key]);

  const openBefore = useMemo(() => inOrder(opened.values()), [opened]);
  const query = useCallback(
    (offset: number, limit: number) =>
      orpc.runs.groups.queryOptions({
        input: { ...asked, by: [by ?? ''], fields: [...groupFields], firstRuns: bandRuns, offset, limit },
      }),
    [asked, by, groupFields],
  );
  const { pages, itemAt, total, error } = useWindows<GroupPage, GroupPage['groups'][number]>({
    size: groupWindow,
    from: groupIndex(from, openBefore),
    to: groupIndex(Math.max(from, to - 1), openBefore) + 1,
    enabled: by !== null,
    query,
    itemsOf: groupsOfPage,
    totalOf,
  });
  const lastRuns = useRef<number | null>(null);
  const runs = pages[0]?.page.runs ?? lastRuns.current;
  lastRuns.current = runs;
  // What was opened is told anew by every page: its place and the number of its runs may have changed.
  const open = useMemo(() => {
    if (opened.size === 0) return openBefore;
    const now = new Map(opened);
    for (const { offset, page } of pages) {
      page.groups.forEach((answer, place) => {
        const group = groupFrom(answer, groupFields);
        if (opened.has(group.id)) now.set(group.id, { index: offset + place, group });
      });
    }
    return inOrder(now.values());
  }, [opened, openBefore, pages, groupFields]);

  const wanted = windowsInView(from, to, open);
  const answers = useQueries({
    queries: wanted.map(({ group, offset }) => ({
      ...orpc.runs.list.queryOptions({
        input: {
          ...asked,
          within: [{ field: by ?? '', value: group.value }],
          fields: [...runFields],
          offset,
          limit: runWindow,
        },
      }),
      enabled: by !== null,
      structuralSharing: false as const,
    })),
  });
  const members = new Map(
    wanted.map(({ group, offset }, place) => [windowKey(group, offset), answers[place]?.data?.runs]),
  );

  const rowAt = (line: number): TableRow | undefined => {
    const place = placeOfLine(line, open);
    if (place.kind === 'group') {
      const answer = itemAt(place.index);
      if (answer === undefined) return undefined;
      const group = groupFrom(answer, groupFields);
      return lineOfGroup(group, place.index, opened.has(group.id));
    }
    const offset = Math.floor(place.index / runWindow) * runWindow;
    const run = members.get(windowKey(place.group, offset))?.[place.index - offset];
    return run === undefined ? undefined : lineOfRun(run, true);
  };
  const unfold = useCallback((group: RunGroup, index: number, isOpen: boolean) => {
    setOpened((before) => {
      const next = new Map(before);
      if (isOpen) next.set(group.id, { index, group });
      else next.delete(group.id);
      return next;
    });
  }, []);
  return {
    lines: (total ?? 0) + open.reduce((sum, { group }) => sum + group.runs, 0),
    total,
    runs,
    rowAt,
    error: error ?? answers.find((answer) => answer.error !== null)?.error ?? null,
    unfold,
  };
}

const inOrder = (open: Iterable<OpenGroup>): OpenGroup[] => [...open].sort((a, b) => a.index - b.index);
const windowKey = (group: RunGroup, offset: number): string => `${offset} ${group.id}`;

/** The place among the groups of the group that a line belongs to. */
function groupIndex(line: number, open: readonly OpenGroup[]): number {
  const place = placeOfLine(line, open);
  if (place.kind === 'group') return place.index;
  return open.find(({ group }) => group === place.group)?.index ?? 0;
}

/** Which runs of which open groups stand in view. */
function windowsInView(
  from: number,
  to: number,
  open: readonly OpenGroup[],
): { readonly group: RunGroup; readonly offset: number }[] {
  const found = new Map<string, { group: RunGroup; offset: number }>();
  for (let line = from; line < to && open.length > 0; line += 1) {
    const place = placeOfLine(line, open);
    if (place.kind === 'group') continue;
    const offset = Math.floor(place.index / runWindow) * runWindow;
    found.set(windowKey(place.group, offset), { group: place.group, offset });
  }
  return [...found.values()];
}
