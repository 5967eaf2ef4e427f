import { useCallback, useMemo, useState } from 'react';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import { fieldOf } from './run-fields.ts';
import { groupLines, groupRuns, type RunGroup, type TableRow } from './run-groups.ts';
import { type RunsAsked, useEveryRun, useRunWindows } from './run-windows.ts';
import type { TableView } from './table-view.ts';

export interface TableRows {
  /** Lines of the table, those not yet read included. */
  readonly count: number;
  /** Runs that fit the filter; null until it is known. */
  readonly total: number | null;
  readonly rowAt: (index: number) => TableRow | undefined;
  /** Runs at hand. */
  readonly loaded: readonly Run[];
  /** Null where the view has none. */
  readonly groups: readonly RunGroup[] | null;
  readonly error: unknown;
  /** Opens or closes a group. */
  readonly unfold: (group: RunGroup, open: boolean) => void;
}

const noRuns: readonly Run[] = [];
const lineOf = new WeakMap<Run, TableRow>();

/** The line of a run; the same object each time, so that it is not drawn again. */
function lineOfRun(run: Run): TableRow {
  const line = lineOf.get(run) ?? { kind: 'run', run, inGroup: false };
  lineOf.set(run, line);
  return line;
}

/** The lines of a view: windows of runs around those in sight, or groups of all of them. */
export function useTableRows(view: TableView, asked: RunsAsked, from: number, to: number): TableRows {
  const grouped = view.group !== null;
  const windows = useRunWindows(asked, from, to, !grouped);
  const every = useEveryRun(asked, grouped);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const groups = useMemo(
    () =>
      view.group !== null && every.runs !== null
        ? groupRuns(every.runs, fieldOf(view.group), view.sort)
        : null,
    [every.runs, view.group, view.sort],
  );
  const lines = useMemo(() => (groups === null ? [] : groupLines(groups, open)), [groups, open]);
  const windowRow = windows.rowAt;
  const rowAt = useCallback(
    (index: number) => {
      if (grouped) return lines[index];
      const run = windowRow(index);
      return run === undefined ? undefined : lineOfRun(run);
    },
    [grouped, lines, windowRow],
  );
  const unfold = useCallback((group: RunGroup, opened: boolean) => {
    setOpen((before) => {
      const next = new Set(before);
      if (opened) next.add(group.id);
      else next.delete(group.id);
      return next;
    });
  }, []);
  return {
    count: grouped ? lines.length : (windows.total ?? 0),
    total: grouped ? (every.runs?.length ?? null) : windows.total,
    rowAt,
    loaded: grouped ? (every.runs ?? noRuns) : windows.loaded,
    groups,
    error: grouped ? every.error : windows.error,
    unfold,
  };
}
