import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Event } from '../../../app/contract/events.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted, formatCount, formatMoment } from '../../components/format.ts';
import { Pane } from '../../components/pane.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { describeEvent } from './describe-event.ts';
import styles from './settings.module.css';

const pageSize = 200;

const columns: Column<Event>[] = [
  {
    id: 'seq',
    title: 'No.',
    width: 56,
    align: 'right',
    mono: true,
    render: ({ seq }) => <span className={styles.quiet}>{formatCount(seq)}</span>,
  },
  {
    id: 'at',
    title: 'When',
    width: 136,
    mono: true,
    render: ({ at }) => <span className={styles.quiet}>{formatMoment(at)}</span>,
  },
  {
    id: 'what',
    title: 'What',
    width: 220,
    render: (event) => (
      <span className={styles.clip} title={JSON.stringify(event.data)}>
        {describeEvent(event)}
      </span>
    ),
  },
  {
    id: 'hash',
    title: 'Hash',
    width: 110,
    mono: true,
    render: ({ hash }) => <span className={styles.quiet}>{hash.slice(0, 12)}</span>,
  },
];

/** Everything that happened in the workspace, newest first, and whether the chain of hashes is whole. */
export function AuditLog() {
  const events = useInfiniteQuery(
    orpc.events.list.infiniteOptions({
      input: (before: number | undefined) => ({ before, limit: pageSize }),
      initialPageParam: undefined as number | undefined,
      getNextPageParam: (page) => (page.length < pageSize ? undefined : page.at(-1)?.seq),
    }),
  );
  const rows = useMemo(() => events.data?.pages.flat() ?? [], [events.data]);
  const verify = useMutation({ mutationFn: () => client.events.verify() });
  return (
    <Pane
      title="Audit log"
      count={rows[0]?.seq}
      className={styles.log}
      aside={
        <>
          <ChainState result={verify.data} />
          <Button size="small" disabled={verify.isPending} onClick={() => verify.mutate()}>
            Check the chain
          </Button>
        </>
      }
    >
      {events.error ? <ErrorNotice error={events.error} onRetry={() => events.refetch()} /> : null}
      {verify.error ? <ErrorNotice error={verify.error} /> : null}
      <DataTable
        label="Audit log"
        rows={rows}
        columns={columns}
        rowId={({ seq }) => String(seq)}
        empty={events.isPending ? 'Reading the log' : 'Nothing has happened yet.'}
      />
      {events.hasNextPage ? (
        <div className={styles.more}>
          <Button size="small" disabled={events.isFetchingNextPage} onClick={() => events.fetchNextPage()}>
            Show {pageSize} more
          </Button>
        </div>
      ) : null}
    </Pane>
  );
}

interface ChainStateProps {
  readonly result:
    | { readonly ok: boolean; readonly events: number; readonly firstBadSeq: number | null }
    | undefined;
}

function ChainState({ result }: ChainStateProps) {
  if (!result) return null;
  return (
    <span className={styles.chain} role="status">
      <StateMark state={result.ok ? 'done' : 'failed'} />
      {result.ok
        ? `${counted(result.events, 'event')}, none changed or missing`
        : `The chain breaks at event ${result.firstBadSeq}: it was changed or one before it is missing`}
    </span>
  );
}
