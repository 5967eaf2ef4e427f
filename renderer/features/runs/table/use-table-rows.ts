import { useCallback, useMemo } from 'react';
import type { Outputs } from '../../../../app/contract/index.ts';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import type { RunGroup, TableRow } from './run-groups.ts';
import type { RunsAsked } from './run-reads.ts';
import { fieldsOfGroups, fieldsOfRuns } from './table-fields.ts';
import { lineOfRun } from './table-lines.ts';
import type { PlacedColumn, TableView } from './table-view.ts';
import { useRunGroups } from './use-run-groups.ts';
import { useWindows } from './use-windows.ts';

export interface TableRows {
  /** Lines of the table, those not yet read included. */
  readonly count: number;
  /** Runs that fit the filter; null until it is known. */
  readonly total: number | null;
  readonly rowAt: (index: number) => TableRow | undefined;
  /** Runs at hand, with what the columns show of them. */
  readonly loaded: readonly Run[];
  /** How many groups there are; null where the view has none, or until it is known. */
  readonly groups: number | null;
  readonly error: unknown;
  /** Opens or closes the group at a place among the groups. */
  readonly unfold: (group: RunGroup, index: number, open: boolean) => void;
}

interface RowsAsked {
  readonly view: TableView;
  readonly asked: RunsAsked;
  readonly placed: readonly PlacedColumn[];
  /** The metric that the runs are judged by. */
  readonly metric: string | null;
  /** Whether the columns are known; nothing is read before. */
  readonly ready: boolean;
  /** Lines in view, the end exclusive. */
  readonly from: number;
  readonly to: number;
}

/** Runs read in one call while somebody scrolls; a screen shows about thirty. */
const runWindow = 50;

type RunPage = Outputs['runs']['list'];
const runsOfPage = (page: RunPage) => page.runs;
const totalOf = (page: RunPage) => page.total;

/** The lines of a view: windows of runs around those in sight, or groups. */
export function useTableRows({ view, asked, placed, metric, ready, from, to }: RowsAsked): TableRows {
  const by = view.group;
  const runFields = useMemo(() => fieldsOfRuns(placed, metric), [placed, metric]);
  const groupFields = useMemo(() => fieldsOfGroups(placed), [placed]);
  const query = useCallback(
    (offset: number, limit: number) =>
      orpc.runs.list.queryOptions({ input: { ...asked, fields: [...runFields], offset, limit } }),
    [asked, runFields],
  );
  const { pages, itemAt, total, error } = useWindows<RunPage, Run>({
    size: runWindow,
    from,
    to,
    enabled: by === null && ready,
    query,
    itemsOf: runsOfPage,
    totalOf,
  });
  const groups = useRunGroups({ asked, by: ready ? by : null, groupFields, runFields, from, to });
  const loaded = useMemo(() => pages.flatMap(({ page }) => page.runs), [pages]);
  const runAt = useCallback(
    (index: number) => {
      const run = itemAt(index);
      return run === undefined ? undefined : lineOfRun(run, false);
    },
    [itemAt],
  );
  const grouped = by !== null;
  return {
    count: grouped ? groups.lines : (total ?? 0),
    total: grouped ? groups.runs : total,
    rowAt: grouped ? groups.rowAt : runAt,
    loaded,
    groups: grouped ? groups.total : null,
    error: grouped ? groups.error : error,
    unfold: groups.unfold,
  };
}
