import { IconPlayerPlay, IconTableImport } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Project } from '../../../app/contract/projects.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Pane } from '../../components/pane.tsx';
import { useResources } from '../../shell/resources.store.ts';
import { Link } from '../../shell/router.ts';
import { useImportDialog } from '../data/import-dialog.store.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import { GpuList } from './gpu-list.tsx';
import styles from './home.module.css';
import { NextStep } from './next-step.tsx';
import { DatasetList, EndpointList, EventList, ModelList } from './object-lists.tsx';
import { RecentRuns } from './recent-runs.tsx';
import { QueuedLine, RunningLine } from './run-lines.tsx';
import { ThisMachine } from './this-machine.tsx';

/** Queued runs that stand here; the rest is on the queue's own page. */
const shownQueued = 8;

/** What goes on, what was last, what is there, and what could be done next. */
export function Overview({ project }: { readonly project: Project }) {
  const running = useQuery(orpc.runs.list.queryOptions({ input: { status: 'running', limit: 50 } }));
  const queue = useQuery(orpc.runs.queue.queryOptions());
  const recent = useQuery(orpc.runs.list.queryOptions({ input: { limit: 40 } }));
  const hasGpus = useResources(({ latest }) => (latest?.gpus.length ?? 0) > 0);
  const error = running.error ?? queue.error ?? recent.error;
  const now = running.data?.runs ?? [];
  const next = (queue.data?.runs ?? []).filter(({ status }) => status === 'queued');
  const ended = (recent.data?.runs ?? []).filter(({ endedAt }) => endedAt !== null);
  const facts =
    now.length + next.length > 0
      ? `${counted(now.length, 'run')} in progress, ${next.length} queued.`
      : `Nothing runs. ${counted(project.datasets, 'dataset')}, ${counted(project.runs, 'run')}, ${counted(project.models, 'model')}.`;
  return (
    <>
      <PageHeader
        title="Home"
        facts={facts}
        actions={
          <>
            <Button
              icon={<IconTableImport size={16} stroke={1.5} aria-hidden />}
              onClick={() => useImportDialog.getState().open()}
            >
              Import data
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
      <div className={styles.home}>
        <div className={styles.column}>
          {error ? <ErrorNotice error={error} /> : null}
          <NextStep project={project} />
          {now.length > 0 ? (
            <Pane title="Running now" count={now.length}>
              {now.map((run) => (
                <RunningLine key={run.id} run={run} />
              ))}
            </Pane>
          ) : null}
          {next.length > 0 ? (
            <Pane title="Queue" count={next.length} aside={<Link to="/queue">All</Link>}>
              {next.slice(0, shownQueued).map((run, index) => (
                <QueuedLine key={run.id} run={run} place={index + 1} />
              ))}
            </Pane>
          ) : null}
          <Pane
            title="Recent runs"
            className={styles.recent}
            aside={project.runs > 0 ? <Link to="/runs">All {counted(project.runs, 'run')}</Link> : null}
          >
            <RecentRuns runs={ended} />
          </Pane>
        </div>
        <div className={styles.side}>
          {hasGpus ? (
            <Pane title="GPUs">
              <GpuList running={now} />
            </Pane>
          ) : null}
          <Pane title="Data" aside={<Link to="/data">All</Link>}>
            <DatasetList />
          </Pane>
          <Pane title="Models" aside={<Link to="/models">All</Link>}>
            <ModelList />
          </Pane>
          <Pane title="Endpoints" aside="this machine only">
            <EndpointList />
          </Pane>
          <Pane title="This machine">
            <ThisMachine />
          </Pane>
          <Pane title="Events" aside={<Link to="/settings">Audit log</Link>}>
            <EventList />
          </Pane>
        </div>
      </div>
    </>
  );
}
