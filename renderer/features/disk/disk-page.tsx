import { IconRefresh } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Pane } from '../../components/pane.tsx';
import screen from '../../components/screen.module.css';
import { TimeText } from '../../components/time-text.tsx';
import { useQueryString } from '../../shell/router.ts';
import { JobProgress } from '../data/job-progress.tsx';
import { CheckPane } from './check-pane.tsx';
import { DerivedPane } from './derived-pane.tsx';
import styles from './disk.module.css';
import { diskAreas, groupKey } from './disk-areas.ts';
import { GarbagePane } from './garbage-pane.tsx';
import { ThingsTable } from './things-table.tsx';
import { TreeMap } from './tree-map.tsx';

/** Where the disk goes, what deleting each thing frees, and whether what is kept is whole. */
export function DiskPage() {
  const [query, setQuery] = useQueryString();
  const queries = useQueryClient();
  const asked = useQuery({ ...orpc.storage.map.queryOptions({ input: {} }), staleTime: 0 });
  const measureAgain = () =>
    queries.fetchQuery({
      ...orpc.storage.map.queryOptions({ input: {} }),
      queryFn: () => client.storage.map({ fresh: true }),
      staleTime: 0,
    });
  const refresh = () => queries.invalidateQueries({ queryKey: orpc.storage.map.key() });
  if (asked.error) return <ErrorNotice error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <p className={screen.waiting}>Looking at the disk</p>;
  const { data } = asked;
  const map = data.state === 'ready' ? data.map : data.last;
  const opened = query.get('group');
  const group = map?.groups.find((each) => groupKey(each) === opened) ?? null;
  return (
    <div className={screen.page}>
      <PageHeader
        title="Disk"
        facts={
          map
            ? `The workspace takes ${formatBytes(map.workspaceBytes)}; ${formatBytes(map.disk.freeBytes)} of ${formatBytes(map.disk.totalBytes)} are free`
            : 'Measuring'
        }
        actions={
          <Button
            icon={<IconRefresh size={16} stroke={1.5} aria-hidden />}
            disabled={data.state === 'working'}
            onClick={() => void measureAgain()}
          >
            Measure again
          </Button>
        }
      />
      {data.state === 'working' ? <JobProgress key={data.job.id} job={data.job} onEnd={refresh} /> : null}
      {map ? (
        <div className={styles.page}>
          <div className={styles.main}>
            <Pane
              title={group ? group.name : 'Everything'}
              aside={
                group ? (
                  <Button size="small" onClick={() => setQuery({ group: null })}>
                    Show everything
                  </Button>
                ) : (
                  <>
                    measured <TimeText at={map.measuredAt} ago />
                  </>
                )
              }
            >
              <TreeMap areas={diskAreas(map, opened)} onOpen={(key) => setQuery({ group: key })} />
            </Pane>
            <ThingsTable
              map={map}
              group={group}
              onOpen={(key) => setQuery({ group: key })}
              onChange={refresh}
            />
          </div>
          <aside className={styles.side}>
            <GarbagePane store={map.store} onCollected={refresh} />
            <DerivedPane derived={map.derived} onCleared={() => void measureAgain()} />
            <CheckPane />
          </aside>
        </div>
      ) : null}
    </div>
  );
}
