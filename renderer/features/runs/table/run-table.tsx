import { useCallback, useEffect, useMemo, useRef } from 'react';
import { notify } from '../../../components/notify.ts';
import type { ColumnActions } from '../../../components/wide-table/wide-column.ts';
import { WideTable } from '../../../components/wide-table/wide-table.tsx';
import { navigate } from '../../../shell/router.ts';
import { extended, type MarkedRuns, markOfRow, type RunsToMark, toggled } from './marked-runs.ts';
import { fieldOf } from './run-fields.ts';
import type { RunGroup, TableRow } from './run-groups.ts';
import { type RunsAsked, readRunIds } from './run-reads.ts';
import { SparkSource } from './run-sparks.tsx';
import { type Judge, tableColumns } from './run-table-columns.tsx';
import type { PlacedColumn, TableView } from './table-view.ts';
import { useMarkedInGroups } from './use-marked-in-groups.ts';
import type { TableRows } from './use-table-rows.ts';

interface RunTableProps {
  readonly rows: TableRows;
  readonly placed: readonly PlacedColumn[];
  readonly judge: Judge;
  readonly view: TableView;
  readonly actions: ColumnActions;
  readonly marked: MarkedRuns;
  readonly onMark: (marked: MarkedRuns) => void;
  readonly asked: RunsAsked;
  /** Lines in view, the end exclusive, as they were last told to `onView`. */
  readonly span: readonly [number, number];
  readonly onView: (from: number, to: number) => void;
  readonly onCopy: () => void;
  readonly empty: string;
}

/** What is read follows the rows in view in steps of this many rows, and as often at most, so that scrolling draws rows and no more. */
const stepRows = 25;
const stepMs = 80;

/** The runs of a view, one line each or in groups that open. */
export function RunTable(props: RunTableProps) {
  const { rows, placed, judge, view, actions, marked, onMark, asked, span, onView, onCopy, empty } = props;
  const { rowAt, count, total, unfold } = rows;
  const grouped = rows.groups !== null;
  const columns = useMemo(
    () => tableColumns(placed, { metric: judge.metric, best: judge.best }, grouped),
    [placed, judge.metric, judge.best, grouped],
  );
  const curves = useMemo(
    () => placed.map(({ id }) => fieldOf(id)).flatMap(({ kind, key }) => (kind === 'curve' ? [key] : [])),
    [placed],
  );
  const seen = useSteps(onView);
  const inGroups = useMarkedInGroups(marked, asked, view.group);

  const runsOfGroup = async (group: RunGroup): Promise<RunsToMark> => {
    const within = [{ field: view.group ?? '', value: group.value }];
    return (await readRunIds({ ...asked, within })).map((id) => [id, null] as const);
  };
  const runsOfLines = async (first: number, last: number): Promise<RunsToMark> => {
    const lines = Array.from({ length: last - first + 1 }, (_, place) => rowAt(first + place));
    const known = lines.filter((line): line is TableRow => line !== undefined);
    if (known.length < lines.length && !grouped) {
      // Lines that flew past were never read; without groups they stand in the order of all runs.
      return (await readRunIds(asked)).slice(first, last + 1).map((id) => [id, null] as const);
    }
    const parts: RunsToMark[] = [];
    for (const line of known) {
      parts.push(line.kind === 'run' ? [[line.run.id, line.run]] : await runsOfGroup(line.group));
    }
    return parts.flat();
  };
  const mark = async (index: number, from: number | null) => {
    const [first, last] = from === null ? [index, index] : [Math.min(from, index), Math.max(from, index)];
    const runs = await runsOfLines(first, last);
    onMark(from === null ? toggled(marked, runs) : extended(marked, runs));
  };
  const markAll = async () => {
    const ids = await readRunIds(asked);
    onMark(
      extended(
        new Map(),
        ids.map((id) => [id, marked.get(id) ?? null]),
      ),
    );
  };

  return (
    <SparkSource rowAt={rowAt} from={span[0]} to={span[1]} keys={curves}>
      <WideTable
        label="Runs"
        count={count}
        rowAt={rowAt}
        columns={columns}
        actions={actions}
        sort={view.sort}
        rowsOf={JSON.stringify([view.filter, view.sort, view.group])}
        markOf={(row) => markOfRow(row, marked, inGroups)}
        allMarked={marked.size > 0 && (marked.size === total ? true : 'some')}
        onMark={(index, from) => void mark(index, from).catch(notify.error)}
        onMarkAll={(all) => {
          if (all) void markAll().catch(notify.error);
          else onMark(new Map());
        }}
        onOpen={(row) =>
          row.kind === 'group' ? unfold(row.group, row.index, !row.open) : navigate(`/runs/${row.run.id}`)
        }
        onUnfold={(row, open) => {
          if (row.kind !== 'group' || row.open === open) return false;
          unfold(row.group, row.index, open);
          return true;
        }}
        onCopy={onCopy}
        onView={seen}
        isStrong={(row) => row.kind === 'group'}
        empty={empty}
      />
    </SparkSource>
  );
}

/** Tells of the rows in view in steps, the last of them always. */
function useSteps(onView: (from: number, to: number) => void): (from: number, to: number) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef<readonly [number, number]>([0, 0]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (from: number, to: number) => {
      latest.current = [Math.floor(from / stepRows) * stepRows, Math.ceil(to / stepRows) * stepRows];
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        onView(...latest.current);
      }, stepMs);
    },
    [onView],
  );
}
