import { IconColumns, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { quotedField } from '../../../app/contract/run-filter/index.ts';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted, formatCount } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { navigate } from '../../shell/router.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import { FilterField } from './filter/filter-field.tsx';
import { filterProblem } from './filter/filter-pieces.ts';
import { mainMetric, metricDirection, metricOf } from './metrics.ts';
import { NoRuns } from './no-runs.tsx';
import { compareRuns, useRunActions } from './run-actions.ts';
import { useRunSelection } from './run-selection.store.ts';
import { SelectionBar } from './selection-bar.tsx';
import { ColumnsPanel } from './table/columns-panel.tsx';
import { copyTable, groupsTable, runsTable } from './table/copy-table.ts';
import { defaultColumns } from './table/default-columns.ts';
import { fieldOf, type KnownKeys, withKeysOf } from './table/run-fields.ts';
import styles from './table/run-table.module.css';
import { RunTable } from './table/run-table.tsx';
import { type RunsAsked, readAllRuns } from './table/run-windows.ts';
import type { TextFormat } from './table/table-text.ts';
import { CopyMenu, GroupChoice } from './table/table-tools.tsx';
import type { TableView } from './table/table-view.ts';
import { useColumnActions } from './table/use-column-actions.ts';
import { useTableRows } from './table/use-table-rows.ts';
import { useTableView } from './table/use-table-view.ts';
import { ViewsMenu } from './table/views-menu.tsx';

const noRuns: readonly Run[] = [];
const noKeys: KnownKeys = { metrics: [], params: [], tags: [] };
/** The columns that suit are found by these runs. */
const newestRuns = 100;

/** What the core is asked for a view. A text that is no filter keeps nothing out: the field says what is wrong with it. */
function askedBy({ filter, sort }: TableView): RunsAsked {
  return {
    ...(filter.trim() && filterProblem(filter, Date.now()) === null && { filter: filter.trim() }),
    orderBy: fieldOf(sort.by).orderBy ?? 'started',
    descending: sort.descending,
  };
}

/** Every run of the project in one table; the whole view is in the address. */
export function RunsPage() {
  const [view, change] = useTableView();
  const asked = useMemo(() => askedBy(view), [view]);
  const [span, setSpan] = useState<readonly [number, number]>([0, 40]);
  const rows = useTableRows(view, asked, span[0], span[1]);
  const newest = useQuery(orpc.runs.list.queryOptions({ input: { limit: newestRuns } }));
  const newestList = newest.data?.runs ?? noRuns;
  const known = useKnownKeys(newestList, rows.loaded);
  const suited = useMemo(() => defaultColumns(newestList), [newestList]);
  const placed = view.columns ?? suited;
  const columnActions = useColumnActions(placed, view, change);
  const judge = useJudge(newestList, asked);
  const { selected, select } = useRunSelection();
  const actions = useRunActions();
  const [choosing, setChoosing] = useState(false);
  const picked = usePicked(selected, rows.loaded);
  useMarkKeys(picked, () => select(new Map()));
  const onView = useCallback((from: number, to: number) => setSpan([from, to]), []);

  const copy = async (what: 'marked' | 'view', format: TextFormat) => {
    if (what === 'view' && view.group !== null && rows.groups) {
      const by = fieldOf(view.group);
      return copyTable(groupsTable(rows.groups, by, placed, format), format, 'group');
    }
    const runs = what === 'marked' ? picked : await readAllRuns(asked);
    return copyTable(runsTable(runs, placed, format), format, 'run');
  };

  const error = rows.error ?? newest.error;
  if (error) return <ErrorNotice error={error} />;
  const all = newest.data?.total ?? null;
  if (all === 0) return <NoRuns />;
  const facts =
    all === null || rows.total === null
      ? 'Reading runs'
      : `${counted(all, 'run')}${rows.total === all ? '' : `, ${formatCount(rows.total)} shown`}${rows.groups ? `, ${counted(rows.groups.length, 'group')}` : ''}`;
  return (
    <div className={screen.page}>
      <PageHeader
        title="Runs"
        facts={facts}
        actions={
          <>
            <Button variant="quiet" onClick={() => navigate('/queue')}>
              Queue
            </Button>
            <CopyMenu marked={picked.length} onCopy={(what, format) => void copy(what, format)} />
            <Button
              variant="quiet"
              icon={<IconColumns size={16} stroke={1.5} aria-hidden />}
              onClick={() => setChoosing(!choosing)}
              aria-expanded={choosing}
            >
              Columns
            </Button>
            <Button
              variant="primary"
              icon={<IconPlayerPlay size={16} stroke={1.5} aria-hidden />}
              onClick={() => useTrainDialog.getState().open()}
            >
              New run
            </Button>
          </>
        }
      />
      <search className={styles.tools}>
        <FilterField
          value={view.filter}
          onChange={(filter) => change({ filter })}
          count={`${formatCount(rows.total ?? 0)} of ${formatCount(all ?? 0)}`}
        />
        <GroupChoice group={view.group} known={known} onChange={(group) => change({ group })} />
        <ViewsMenu view={view} placed={placed} />
      </search>
      <div className={styles.body}>
        <div className={styles.table}>
          <RunTable
            rows={rows}
            placed={placed}
            judge={judge}
            view={view}
            actions={columnActions}
            marked={selected}
            onMark={select}
            readAll={() => readAllRuns(asked)}
            onView={onView}
            onCopy={() => void copy(picked.length > 0 ? 'marked' : 'view', 'csv')}
            empty={rows.total === null ? 'Reading runs' : 'No run fits the filter.'}
          />
        </div>
        {choosing ? (
          <ColumnsPanel
            placed={placed}
            known={known}
            onChange={(columns) => change({ columns })}
            onClose={() => setChoosing(false)}
          />
        ) : null}
      </div>
      {picked.length > 0 ? (
        <SelectionBar runs={picked} actions={actions} onClear={() => select(new Map())} />
      ) : null}
    </div>
  );
}

/** Keys of the runs that were read so far. */
function useKnownKeys(newest: readonly Run[], loaded: readonly Run[]): KnownKeys {
  const [known, setKnown] = useState(noKeys);
  useEffect(() => setKnown((before) => withKeysOf(withKeysOf(before, newest), loaded)), [newest, loaded]);
  return known;
}

/** The metric that the newest runs are judged by, and its best value among all that the view asks for. */
function useJudge(newest: readonly Run[], asked: RunsAsked): { metric: string | null; best: number | null } {
  const metric = useMemo(() => mainMetric(newest), [newest]);
  const descending = metric !== null && metricDirection(metric) === 'higher';
  const query = useQuery({
    ...orpc.runs.list.queryOptions({
      input: { ...asked, orderBy: quotedField('metrics', metric ?? ''), descending, limit: 1 },
    }),
    enabled: metric !== null,
    placeholderData: (before) => before,
  });
  const [best] = query.data?.runs ?? noRuns;
  return { metric, best: metric !== null && best ? metricOf(best, metric) : null };
}

/** The marked runs, as they are now where they are at hand. */
function usePicked(selected: ReadonlyMap<string, Run>, loaded: readonly Run[]): readonly Run[] {
  return useMemo(() => {
    if (selected.size === 0) return noRuns;
    const now = new Map(loaded.map((run) => [run.id as string, run]));
    return [...selected].map(([id, run]) => now.get(id) ?? run);
  }, [selected, loaded]);
}

/** C compares the marked runs, Escape unmarks them, wherever the focus is on the page but in fields. */
function useMarkKeys(picked: readonly Run[], clear: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement &&
        event.target.closest(
          'input:not([type=checkbox]), textarea, select, dialog, [role=dialog], [role=menu]',
        );
      if (typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.toLowerCase() === 'c' && picked.length > 0) compareRuns(picked);
      if (event.key === 'Escape' && picked.length > 0) clear();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}
