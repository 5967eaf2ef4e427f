import { IconFolder, IconWifi, IconWifiOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Resources } from '../../app/contract/system.contract.ts';
import { useConnection } from '../client/connection.store.ts';
import { useFollow } from '../client/follow.ts';
import { client, orpc } from '../client/orpc.ts';
import { formatBytes } from '../components/format.ts';
import { gpuReadings } from '../components/gpu-readings.ts';
import { StateMark } from '../components/state-mark.tsx';
import styles from './frame.module.css';
import { noteResources, useResources } from './resources.store.ts';
import { Link } from './router.ts';

/** What the machine does, what it has left, where the work lies, and who is told about it. */
export function StatusBar() {
  const latest = useResources((resources) => resources.latest);
  const info = useQuery(orpc.system.info.queryOptions());
  useFollow('resources', {
    open: (signal) => client.system.watchResources(undefined, { signal }),
    onItem: noteResources,
  });
  return (
    <footer className={styles.status}>
      <Queue resources={latest} />
      {latest?.gpus.map((gpu) => (
        <GpuMeter key={gpu.id} gpu={gpu} />
      ))}
      {latest ? (
        <>
          <Meter name="Memory" used={latest.memoryUsedBytes} total={latest.memoryTotalBytes} />
          <Link to="/disk" className={styles.plain} title="Show where the disk goes">
            Disk <output>{formatBytes(latest.diskFreeBytes)} free</output>
          </Link>
        </>
      ) : null}
      <NetworkUse />
      {info.data ? (
        <Link to="/settings" className={styles.plain} title={`Workspace ${info.data.workspace}`}>
          <IconFolder size={13} stroke={1.5} aria-hidden />
          <output>{shortPath(info.data.workspace)}</output>
        </Link>
      ) : null}
    </footer>
  );
}

function Queue({ resources }: { readonly resources: Resources | null }) {
  const connected = useConnection(({ state }) => state === 'connected');
  const queue = useQuery(orpc.runs.queue.queryOptions());
  if (!connected || !resources) {
    return (
      <span>
        <StateMark state={connected ? 'waiting' : 'warning'} /> {connected ? 'Reading' : 'Not connected'}
      </span>
    );
  }
  const { running, queued } = resources;
  const paused = queue.data?.paused ?? false;
  const words = running === 0 && queued === 0 ? 'Ready' : `${running} running · ${queued} queued`;
  const mark = paused ? 'warning' : running > 0 ? 'running' : queued > 0 ? 'queued' : 'finished';
  return (
    <Link to="/queue" title={paused ? 'The queue is paused' : 'Show the queue'}>
      <StateMark state={mark} />
      {words}
      {paused ? ' · paused' : ''}
    </Link>
  );
}

/** Which host an import reads from; that nothing does otherwise. */
function NetworkUse() {
  const jobs = useQuery(orpc.jobs.list.queryOptions({ input: { active: true } }));
  const fetching = jobs.data?.find(({ progress }) => progress.message.startsWith('Fetching from '));
  const Icon = fetching ? IconWifi : IconWifiOff;
  return (
    <span className={`${styles.plain} ${styles.right} ${styles.optional}`}>
      <Icon size={13} stroke={1.5} aria-hidden /> {fetching?.progress.message ?? 'Nothing uses the network'}
    </span>
  );
}

/** What a GPU does, and how much of its memory is taken. */
function GpuMeter({ gpu }: { readonly gpu: Resources['gpus'][number] }) {
  const { index, name, utilisationPercent, memoryUsedBytes, memoryTotalBytes } = gpu;
  const title = [name, ...gpuReadings(gpu)].join(', ');
  const busy = utilisationPercent === null ? '' : ` ${Math.round(utilisationPercent)} %`;
  return <Meter name={`GPU ${index}${busy}`} title={title} used={memoryUsedBytes} total={memoryTotalBytes} />;
}

interface MeterProps {
  readonly name: string;
  readonly title?: string;
  readonly used: number | null;
  readonly total: number | null;
}

function Meter({ name, title, used, total }: MeterProps) {
  if (used === null || total === null || total <= 0) return <span title={title}>{name}</span>;
  const unit = total >= 1e9 ? 1e9 : 1e6;
  const whole = (bytes: number) =>
    bytes / unit >= 10 ? Math.round(bytes / unit) : (bytes / unit).toFixed(1);
  return (
    <span title={title}>
      {name}
      <span className={styles.meter} aria-hidden>
        <i style={{ width: `${Math.min(100, (used / total) * 100)}%` }} />
      </span>
      <output>
        {whole(used)} / {whole(total)} {unit === 1e9 ? 'GB' : 'MB'}
      </output>
    </span>
  );
}

/** The last two parts of a path, enough to know it by. */
function shortPath(path: string): string {
  const parts = path.split(/[/\\]/).filter(Boolean);
  return parts.length <= 2 ? path : `…/${parts.slice(-2).join('/')}`;
}
