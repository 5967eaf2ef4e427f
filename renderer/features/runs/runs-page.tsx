import { IconColumns, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { quotedField } from '../../../app/contract/run-filter/index.ts';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted, formatCount } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { navigate } from '../../shell/router.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import { TransferMenu } from '../transfer/transfer-menu.tsx';
import { TransfersInProgress } from '../transfer/transfers-in-progress.tsx';
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
import type { MarkedRuns } from './table/marked-runs.ts';
import { fieldOf, type KnownKeys, withKeysOf } from './table/run-fields.ts';
import { groupFrom } from './table/run-groups.ts';
import { type RunsAsked, readRunIds, readRuns, readRunsById } from './table/run-reads.ts';
import styles from './table/run-table.module.css';
import { RunTable } from './table/run-table.tsx';
import { fieldsOfGroups, fieldsOfRuns } from './table/table-fields.ts';
import type { TextFormat } from './table/table-text.ts';
import { CopyMenu, GroupChoice } from './table/table-tools.tsx';
import type { TableView } from './table/table-view.ts';
import { useColumnActions } from './table/use-column-actions.ts';
import { useTableRows } from './table/use-table-rows.ts';
import { useTableView } from './table/use-table-view.ts';
import { ViewsMenu } from './table/views-menu.tsx';

const noRuns: readonly Run[] = [];
/** The columns that suit are found by these runs. */
const newestRuns = 100;
/** The most groups that the core gives in one call. */
const mostGroups = 10_000;

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
  const [span, setSpan] = useState<readonly [number, number]>([0, 50]);
  const newest = useQuery(orpc.runs.list.queryOptions({ input: { limit: newestRuns } }));
  const newestList = newest.data?.runs ?? noRuns;
  const known = useKnownKeys(newestList);
  const suited = useMemo(() => defaultColumns(newestList), [newestList]);
  const placed = view.columns ?? suited;
  const columnActions = useColumnActions(placed, view, change);
  const judge = useJudge(newestList, asked);
  const [from, to] = span;
  const ready = newest.data !== undefined;
  const rows = useTableRows({ view, asked, placed, metric: judge.metric, ready, from, to });
  const { selected, select } = useRunSelection();
  const actions = useRunActions();
  const [choosing, setChoosing] = useState(false);
  useMarkKeys(selected, () => select(new Map()));
  const onView = useCallback((first: number, last: number) => {
    setSpan((before) => (before[0] === first && before[1] === last ? before : [first, last]));
  }, []);

  const copy = async (what: 'marked' | 'view', format: TextFormat) => {
    if (what === 'view' && view.group !== null) {
      const by = fieldOf(view.group);
      const fields = fieldsOfGroups(placed);
      const { groups } = await client.runs.groups({
        ...asked,
        by: [by.id],
        fields: [...fields],
        firstRuns: 0,
        limit: mostGroups,
      });
      const told = groups.map((group) => groupFrom(group, fields));
      return copyTable(groupsTable(told, by, placed, format), format, 'group');
    }
    const fields = fieldsOfRuns(placed, judge.metric);
    const runs =
      what === 'marked' ? await readRunsById([...selected.keys()], fields) : await readRuns(asked, fields);
    return copyTable(runsTable(runs, placed, format), format, 'run');
  };
  const markAll = async () => {
    const ids = await readRunIds(asked);
    select(new Map(ids.map((id) => [id, selected.get(id) ?? null])));
  };

  const error = rows.error ?? newest.error;
  if (error) return <ErrorNotice error={error} />;
  const all = newest.data?.total ?? null;
  if (all === 0) return <NoRuns />;
  const facts =
    all === null || rows.total === null
      ? 'Reading runs'
      : `${counted(all, 'run')}${rows.total === all ? '' : `, ${formatCount(rows.total)} shown`}${rows.groups === null ? '' : `, ${counted(rows.groups, 'group')}`}`;
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
            <TransferMenu marked={selected} asked={asked} total={rows.total} />
            <CopyMenu
              marked={selected.size}
              onCopy={(what, format) => void copy(what, format).catch(notify.error)}
            />
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
      <TransfersInProgress />
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
            asked={asked}
            span={span}
            onView={onView}
            onCopy={() => void copy(selected.size > 0 ? 'marked' : 'view', 'csv').catch(notify.error)}
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
      {selected.size > 0 ? (
        <SelectionBar
          marked={selected}
          total={rows.total ?? 0}
          actions={actions}
          onAll={() => void markAll().catch(notify.error)}
          onClear={() => select(new Map())}
        />
      ) : null}
    </div>
  );
}

/** Keys that runs of the project have: of the newest at once, of all once they were counted. */
function useKnownKeys(newest: readonly Run[]): KnownKeys {
  const help = useQuery({
    ...orpc.runs.filterHelp.queryOptions({ input: {} }),
    enabled: newest.length >= newestRuns,
  });
  return useMemo(() => {
    const keys = help.data?.keys ?? [];
    const of = (wanted: string) => keys.flatMap(({ kind, key }) => (kind === wanted ? [key] : []));
    return withKeysOf({ metrics: of('metric'), params: of('param'), tags: of('tag') }, newest);
  }, [help.data, newest]);
}

/** The metric that the newest runs are judged by, and its best value among all that the view asks for. */
function useJudge(newest: readonly Run[], asked: RunsAsked): { metric: string | null; best: number | null } {
  const metric = useMemo(() => mainMetric(newest), [newest]);
  const descending = metric !== null && metricDirection(metric) === 'higher';
  const query = useQuery({
    ...orpc.runs.list.queryOptions({
      input: {
        ...asked,
        orderBy: quotedField('metrics', metric ?? ''),
        descending,
        fields: [quotedField('metrics', metric ?? '')],
        limit: 1,
      },
    }),
    enabled: metric !== null,
    placeholderData: (before) => before,
  });
  const [best] = query.data?.runs ?? noRuns;
  return { metric, best: metric !== null && best ? metricOf(best, metric) : null };
}

/** C compares the marked runs, Escape unmarks them, wherever the focus is on the page but in fields. */
function useMarkKeys(marked: MarkedRuns, clear: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement &&
        event.target.closest(
          'input:not([type=checkbox]), textarea, select, dialog, [role=dialog], [role=menu]',
        );
      if (typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.toLowerCase() === 'c' && marked.size > 0)
        compareRuns([...marked.keys()].map((id) => ({ id })));
      if (event.key === 'Escape' && marked.size > 0) clear();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}
