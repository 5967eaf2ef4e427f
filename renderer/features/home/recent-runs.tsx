import { useMemo } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatDuration, formatMetric } from '../../components/format.ts';
import { RunSwatch } from '../../components/run-swatch.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { navigate } from '../../shell/router.ts';
import { mainMetric } from '../runs/metrics.ts';
import styles from './home.module.css';

/** The runs that ended last, with their main metric or the reason why they have none. */
export function RecentRuns({ runs }: { readonly runs: readonly Run[] }) {
  const columns = useMemo(() => recentColumns(mainMetric(runs)), [runs]);
  return (
    <DataTable
      label="Recent runs"
      rows={runs}
      columns={columns}
      rowId={({ id }) => id}
      onOpen={({ id }) => navigate(`/runs/${id}`)}
      empty="No run has ended yet."
    />
  );
}

function recentColumns(metric: string | null): Column<Run>[] {
  return [
    {
      id: 'name',
      title: 'Run',
      width: 220,
      render: (run) => (
        <>
          <StateMark state={run.status} />
          <RunSwatch color={run.color} />
          <span className={styles.name}>{run.name}</span>
        </>
      ),
    },
    { id: 'experiment', title: 'Experiment', width: 150, render: ({ experimentName }) => experimentName },
    {
      id: 'metric',
      title: metric ?? 'Metric',
      width: 150,
      align: 'right',
      mono: true,
      render: ({ failure, metrics }) =>
        failure ? (
          <span className={styles.reason} title={failure.message}>
            {failure.message}
          </span>
        ) : (
          formatMetric(metric === null ? null : metrics[metric])
        ),
    },
    {
      id: 'took',
      title: 'Took',
      width: 90,
      align: 'right',
      render: ({ durationMs }) => (durationMs === null ? '–' : formatDuration(durationMs)),
    },
    {
      id: 'ended',
      title: 'Ended',
      width: 90,
      align: 'right',
      render: ({ endedAt }) => <TimeText at={endedAt} />,
    },
  ];
}
