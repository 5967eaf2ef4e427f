import { IconPlayerStop } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { client } from '../../client/orpc.ts';
import { IconButton } from '../../components/button.tsx';
import { formatLeft, formatMetric, formatPercent } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { RunSwatch } from '../../components/run-swatch.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Link } from '../../shell/router.ts';
import { mainMetric } from '../runs/metrics.ts';
import { useJobProgress } from '../runs/use-job-progress.ts';
import styles from './home.module.css';

/** A run in progress: who it is, how it does, how far it is, and a way to stop it. */
export function RunningLine({ run }: { readonly run: Run }) {
  const progress = useJobProgress(run);
  const metric = mainMetric([run]);
  const cancel = useMutation({
    mutationFn: () => client.runs.cancel({ id: run.id }),
    onError: notify.error,
  });
  const { fraction, remainingMs, message, rate } = progress;
  return (
    <div className={styles.running}>
      <StateMark state={run.status} fraction={fraction} />
      <div>
        <Link to={`/runs/${run.id}`}>
          <RunSwatch color={run.color} /> {run.name}
        </Link>
        <small>
          {run.experimentName} · {run.target}
          {run.gpus.length > 0 ? `, GPU ${run.gpus.map(({ index }) => index).join(', ')}` : ''}
        </small>
      </div>
      <div className={styles.value}>
        {metric ? (
          <>
            <output>{formatMetric(run.metrics[metric])}</output>
            <small>{metric}</small>
          </>
        ) : null}
      </div>
      <div>
        <div className={styles.ends}>
          <output>{message}</output>
          <small>{fraction === null ? '' : formatPercent(fraction)}</small>
        </div>
        <ProgressBar fraction={fraction} label={`Progress of ${run.name}`} />
        <div className={styles.ends}>
          <small>{rate}</small>
          <small>{remainingMs === null ? '' : formatLeft(remainingMs)}</small>
        </div>
      </div>
      <IconButton label={`Cancel ${run.name}`} disabled={cancel.isPending} onClick={() => cancel.mutate()}>
        <IconPlayerStop size={16} stroke={1.5} aria-hidden />
      </IconButton>
    </div>
  );
}

/** A run that waits for its turn. */
export function QueuedLine({ run, place }: { readonly run: Run; readonly place: number }) {
  return (
    <div className={styles.queued}>
      <small>{place}</small>
      <RunSwatch color={run.color} hollow />
      <Link to={`/runs/${run.id}`}>{run.name}</Link>
      <span>{run.experimentName}</span>
      <small>{run.waitingFor ?? run.progress.message}</small>
    </div>
  );
}
