import { IconColumns, IconFilter, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { type JobState, jobState } from '../../../app/contract/jobs.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { navigate, useQueryString } from '../../shell/router.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import { useAllRuns } from './all-runs.ts';
import { ColumnChoice } from './column-choice.tsx';
import { compareRuns, useRunActions } from './run-actions.ts';
import { columnKeys, useRunColumns } from './run-columns.tsx';
import { useRunSelection } from './run-selection.store.ts';
import styles from './runs.module.css';
import { filterRuns, type RunSort, sortRuns } from './runs-table.ts';
import { SelectionBar } from './selection-bar.tsx';

/** Every run of the project in one table; filter, sort and columns are in the address. */
export function RunsPage() {
  const { runs, total, loading, error } = useAllRuns();
  const [query, setQuery] = useQueryString();
  const text = query.get('q') ?? '';
  const status = jobState.safeParse(query.get('status')).data ?? null;
  const sort: RunSort = { by: query.get('sort') ?? 'started', descending: query.get('order') !== 'up' };
  const hidden = useMemo(() => new Set((query.get('hide') ?? '').split(',').filter(Boolean)), [query]);
  const { selected, select } = useRunSelection();
  const actions = useRunActions();
  const [choosing, setChoosing] = useState(false);
  const shown = useMemo(
    () => sortRuns(filterRuns(runs, { text, status }), { by: sort.by, descending: sort.descending }),
    [runs, text, status, sort.by, sort.descending],
  );
  const columns = useRunColumns(runs, shown, hidden);
  const picked = useMemo(() => runs.filter(({ id }) => selected.has(id)), [runs, selected]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement &&
        event.target.closest('input:not([type=checkbox]), textarea, select, dialog, [role=dialog]');
      if (typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.toLowerCase() === 'c' && picked.length > 0) compareRuns(picked);
      if (event.key === 'Escape' && picked.length > 0) select(new Set());
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  if (error) return <ErrorNotice error={error} />;
  if (!loading && total === 0) return <NoRuns />;
  const facts = loading
    ? 'Reading runs'
    : `${total.toLocaleString('en-US')} runs${shown.length === total ? '' : `, ${shown.length.toLocaleString('en-US')} shown`}`;
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
      <search className={styles.filter}>
        <label className={styles.filterText}>
          <IconFilter size={16} stroke={1.5} aria-hidden />
          <span className="sr-only">Filter runs</span>
          <input
            value={text}
            placeholder="Name, experiment, tag or key=value"
            onChange={(event) => setQuery({ q: event.target.value || null })}
          />
          <small>
            {shown.length.toLocaleString('en-US')} of {total.toLocaleString('en-US')}
          </small>
        </label>
        <label className={styles.select}>
          <span>State</span>
          <select
            value={status ?? ''}
            onChange={(event) => setQuery({ status: (event.target.value as JobState | '') || null })}
          >
            <option value="">any</option>
            {jobState.options.map((state) => (
              <option key={state}>{state}</option>
            ))}
          </select>
        </label>
      </search>
      {choosing ? (
        <ColumnChoice
          keys={columnKeys(runs)}
          hidden={hidden}
          onChange={(next) => setQuery({ hide: [...next].join(',') || null })}
        />
      ) : null}
      <div className={styles.table}>
        <DataTable
          label="Runs"
          rows={shown}
          columns={columns}
          rowId={(run) => run.id}
          sort={sort}
          onSort={({ by, descending }) =>
            setQuery({ sort: by === 'started' ? null : by, order: descending ? null : 'up' })
          }
          selected={selected}
          onSelect={select}
          onOpen={(run) => navigate(`/runs/${run.id}`)}
          empty={loading ? 'Reading runs' : 'No run fits the filter.'}
        />
      </div>
      {picked.length > 0 ? (
        <SelectionBar runs={picked} actions={actions} onClear={() => select(new Set())} />
      ) : null}
    </div>
  );
}

function NoRuns() {
  const datasets = useQuery(orpc.datasets.list.queryOptions({ input: {} }));
  const hasData = (datasets.data?.length ?? 0) > 0;
  return (
    <div className={screen.page}>
      <PageHeader title="Runs" facts="none yet" />
      <EmptyState
        title="Runs are trainings, each with its parameters, curves, log and model."
        action={
          hasData ? (
            <Button variant="primary" onClick={() => useTrainDialog.getState().open()}>
              Train a model
            </Button>
          ) : (
            <Button variant="primary" onClick={() => navigate('/data')}>
              Import data first
            </Button>
          )
        }
      />
    </div>
  );
}
