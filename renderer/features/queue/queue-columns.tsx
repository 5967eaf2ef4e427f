import type { Run } from '../../../app/contract/runs.contract.ts';
import { Button } from '../../components/button.tsx';
import type { Column } from '../../components/data-table.tsx';
import { formatBytes, formatLeft } from '../../components/format.ts';
import { RunSwatch } from '../../components/run-swatch.tsx';
import screen from '../../components/screen.module.css';
import { StateMark } from '../../components/state-mark.tsx';
import { TimeText } from '../../components/time-text.tsx';
import styles from './queue.module.css';
import type { Queue } from './use-queue.ts';

/** The columns of the queue; `running` runs stand above those that wait and have no place. */
export function queueColumns(running: number, queue: Queue): Column<Run>[] {
  const place = new Map(queue.waiting.map(({ id }, index) => [id, index + 1]));
  return [
    {
      id: 'place',
      title: 'Place',
      width: 52,
      align: 'right',
      mono: true,
      render: ({ id }) => <span className={screen.quiet}>{place.get(id) ?? (running > 0 ? 'now' : '')}</span>,
    },
    {
      id: 'name',
      title: 'Run',
      width: 200,
      render: (run) => (
        <span className={styles.name}>
          <StateMark state={run.status} fraction={run.progress.fraction} />
          <RunSwatch color={run.color} hollow={run.status === 'queued'} />
          <span>{run.name}</span>
        </span>
      ),
    },
    {
      id: 'why',
      title: 'Waits for',
      width: 280,
      render: (run) =>
        run.status === 'running' ? (
          <span className={screen.quiet}>
            {run.progress.message}
            {run.progress.remainingMs === null ? '' : `, ${formatLeft(run.progress.remainingMs)}`}
          </span>
        ) : (
          <span className={styles.why} title={run.waitingFor ?? undefined}>
            {run.waitingFor ?? 'about to start'}
          </span>
        ),
    },
    { id: 'target', title: 'Target', width: 90, render: ({ target }) => target },
    { id: 'asks', title: 'Asks for', width: 130, render: (run) => asksFor(run) },
    {
      id: 'priority',
      title: 'Priority',
      width: 70,
      align: 'right',
      mono: true,
      render: ({ scheduling }) => scheduling.priority,
    },
    { id: 'experiment', title: 'Experiment', width: 130, render: ({ experimentName }) => experimentName },
    {
      id: 'made',
      title: 'Made',
      width: 80,
      align: 'right',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    {
      id: 'act',
      title: '',
      width: 84,
      align: 'right',
      render: (run) =>
        run.status === 'queued' && run.scheduling.held ? (
          <Button size="small" onClick={() => void queue.change([run], { held: false }, 'Let go')}>
            Let go
          </Button>
        ) : null,
    },
  ];
}

/** What of the machine a run wants for itself, in a few words. */
export function asksFor({ resources }: Pick<Run, 'resources'>): string {
  const { gpus, shareGpus, cpus, memoryBytes } = resources;
  const words = [
    gpus > 0 ? `${gpus} GPU${gpus === 1 ? '' : 's'}${shareGpus ? ', shared' : ''}` : null,
    cpus === null ? null : `${cpus} core${cpus === 1 ? '' : 's'}`,
    memoryBytes === null ? null : formatBytes(memoryBytes),
  ].filter(Boolean);
  return words.length === 0 ? 'a slot' : words.join(', ');
}
