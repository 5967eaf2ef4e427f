import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { Button } from '../../components/button.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { KeyCap } from '../../components/key-cap.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { StateMark } from '../../components/state-mark.tsx';
import { navigate } from '../../shell/router.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import styles from './queue.module.css';
import { QueueBar } from './queue-bar.tsx';
import { queueColumns } from './queue-columns.tsx';
import { useQueue } from './use-queue.ts';

/** What runs and what waits, in the order it will start, and why each waits. */
export function QueuePage() {
  const queue = useQueue();
  const { query, running, waiting, paused } = queue;
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) select(new Set());
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  if (query.error) return <ErrorNotice error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) return <p className={screen.waiting}>Reading the queue</p>;
  const rows = [...running, ...waiting];
  const picked = rows.filter(({ id }) => selected.has(id));
  const facts = `${running.length} running, ${waiting.length} waiting${paused ? ', paused' : ''}`;
  const move = (run: Run, to: number) => {
    // Runs that have started stand above those that wait, and keep their places.
    if (run.status === 'queued') void queue.move(run, Math.max(0, to - running.length));
  };
  return (
    <div className={screen.page}>
      <PageHeader
        title="Queue"
        facts={facts}
        actions={
          <Button
            variant={paused ? 'primary' : 'secondary'}
            icon={
              paused ? (
                <IconPlayerPlay size={16} stroke={1.5} aria-hidden />
              ) : (
                <IconPlayerPause size={16} stroke={1.5} aria-hidden />
              )
            }
            onClick={() => void queue.pause(!paused)}
          >
            {paused ? 'Let the queue go on' : 'Pause the queue'}
          </Button>
        }
      />
      {paused ? (
        <p className={styles.paused} role="status">
          <StateMark state="warning" /> The queue is paused: nothing starts until it goes on. What runs goes
          on.
        </p>
      ) : null}
      {rows.length === 0 ? (
        <EmptyState
          title="Runs wait here until there is room for them: a free slot, the GPUs they ask for, their time or the runs they follow."
          action={
            <Button variant="primary" onClick={() => useTrainDialog.getState().open()}>
              Train a model
            </Button>
          }
        />
      ) : (
        <>
          <DataTable
            label="Queue"
            rows={rows}
            columns={queueColumns(running.length, queue)}
            rowId={({ id }) => id}
            selected={selected}
            onSelect={select}
            onOpen={({ id }) => navigate(`/runs/${id}`)}
            onMove={move}
          />
          {picked.length > 0 ? (
            <QueueBar queue={queue} picked={picked} onClear={() => select(new Set())} />
          ) : (
            <p className={styles.hint}>
              Drag a run, or press <KeyCap>Alt</KeyCap> <KeyCap>↑</KeyCap> <KeyCap>↓</KeyCap>, to change the
              order; mark runs to hold, put off or cancel them.
            </p>
          )}
        </>
      )}
    </div>
  );
}
