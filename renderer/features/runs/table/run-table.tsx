import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import type { ColumnActions } from '../../../components/wide-table/wide-column.ts';
import { WideTable } from '../../../components/wide-table/wide-table.tsx';
import { navigate } from '../../../shell/router.ts';
import { extended, type MarkedRuns, markOfRow, runsOfRow, toggled } from './marked-runs.ts';
import { fieldOf } from './run-fields.ts';
import { SparkSource } from './run-sparks.tsx';
import { type Judge, tableColumns } from './run-table-columns.tsx';
import type { PlacedColumn, TableView } from './table-view.ts';
import type { TableRows } from './use-table-rows.ts';

interface RunTableProps {
  readonly rows: TableRows;
  readonly placed: readonly PlacedColumn[];
  readonly judge: Judge;
  readonly view: TableView;
  readonly actions: ColumnActions;
  readonly marked: MarkedRuns;
  readonly onMark: (marked: MarkedRuns) => void;
  /** Reads every run of the view, for what goes beyond those at hand. */
  readonly readAll: () => Promise<readonly Run[]>;
  readonly onView: (from: number, to: number) => void;
  readonly onCopy: () => void;
  readonly empty: string;
}

/** What is read follows the rows in view in steps of this many, so that scrolling by a row draws no more than a row. */
const stepRows = 25;

/** The runs of a view, one line each or in groups that open. */
export function RunTable(props: RunTableProps) {
  const { rows, placed, judge, view, actions, marked, onMark, readAll, onView, onCopy, empty } = props;
  const { rowAt, count, total, unfold } = rows;
  const [span, setSpan] = useState<readonly [number, number]>([0, 0]);
  const grouped = rows.groups !== null;
  const columns = useMemo(
    () => tableColumns(placed, { metric: judge.metric, best: judge.best }, grouped),
    [placed, judge.metric, judge.best, grouped],
  );
  const curves = useMemo(
    () => placed.map(({ id }) => fieldOf(id)).flatMap(({ kind, key }) => (kind === 'curve' ? [key] : [])),
    [placed],
  );
  const seen = useCallback((from: number, to: number) => {
    const [first, last] = [Math.floor(from / stepRows) * stepRows, Math.ceil(to / stepRows) * stepRows];
    setSpan((before) => (before[0] === first && before[1] === last ? before : [first, last]));
  }, []);
  useEffect(() => {
    onView(span[0], span[1]);
  }, [onView, span]);

  const mark = async (index: number, from: number | null) => {
    const [first, last] = from === null ? [index, index] : [Math.min(from, index), Math.max(from, index)];
    const lines = Array.from({ length: last - first + 1 }, (_, place) => rowAt(first + place));
    const known = lines.flatMap((line) => (line === undefined ? [] : [line]));
    const runs =
      known.length === lines.length
        ? known.flatMap(runsOfRow)
        : // Lines that flew past were never read; without groups they stand in the order of all runs.
          (await readAll()).slice(first, last + 1);
    onMark(from === null ? toggled(marked, runs) : extended(marked, runs));
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
        markOf={(row) => markOfRow(row, marked)}
        allMarked={marked.size > 0 && (marked.size === total ? true : 'some')}
        onMark={(index, from) => void mark(index, from)}
        onMarkAll={(all) => {
          if (all) void readAll().then((runs) => onMark(extended(new Map(), runs)));
          else onMark(new Map());
        }}
        onOpen={(row) =>
          row.kind === 'group' ? unfold(row.group, !row.open) : navigate(`/runs/${row.run.id}`)
        }
        onUnfold={(row, open) => {
          if (row.kind !== 'group' || row.open === open) return false;
          unfold(row.group, open);
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
