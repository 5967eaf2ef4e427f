import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { RunId } from '../../../app/contract/ids.ts';
import type { Run } from '../../../app/contract/runs.contract.ts';
import type { Prediction } from '../../../app/contract/training.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { CheckList } from '../../components/check-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes, formatCount, formatDuration } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Link } from '../../shell/router.ts';
import { hasEnded } from '../runs/run-state.ts';
import { useJobProgress } from '../runs/use-job-progress.ts';
import styles from './train.module.css';

/** A trial of a few steps as it goes on, and what it says about the whole once it has ended. */
export function TrialPanel({ id, onClose }: { readonly id: RunId; readonly onClose: () => void }) {
  const trial = useQuery(orpc.runs.get.queryOptions({ input: { run: id } }));
  if (trial.error) return <ErrorNotice error={trial.error} />;
  if (!trial.data) return <p className={styles.quiet}>Starting the trial</p>;
  return (
    <section className={styles.panel} aria-label="Trial">
      {hasEnded(trial.data) ? (
        <TrialResult run={trial.data} onClose={onClose} />
      ) : (
        <TrialProgress run={trial.data} />
      )}
    </section>
  );
}

function TrialProgress({ run }: { readonly run: Run }) {
  const progress = useJobProgress(run);
  return (
    <>
      <div className={styles.panelHead}>
        <StateMark state={run.status} fraction={progress.fraction} />
        <b>Trying a few steps</b>
        <span>{run.waitingFor ?? progress.message}</span>
        <Button
          size="small"
          variant="danger"
          onClick={() => void client.runs.cancel({ id: run.id }).catch(notify.error)}
        >
          Stop the trial
        </Button>
      </div>
      <ProgressBar fraction={progress.fraction} label="Progress of the trial" />
    </>
  );
}

function TrialResult({ run, onClose }: { readonly run: Run; readonly onClose: () => void }) {
  const prediction = useQuery({
    ...orpc.training.prediction.queryOptions({ input: { id: run.id } }),
    enabled: run.status === 'finished',
  });
  const end = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is said grows with the answer
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [prediction.data]);
  const page = (
    <Link to={`/runs/${run.id}`} onClick={onClose}>
      Open the trial
    </Link>
  );
  if (run.status !== 'finished') {
    return (
      <>
        <div className={styles.panelHead}>
          <StateMark state={run.status} />
          <b>The trial {run.status === 'cancelled' ? 'was stopped' : 'failed'}</b>
          {page}
        </div>
        {run.failure ? <ErrorNotice error={run.failure} /> : null}
        <div ref={end} />
      </>
    );
  }
  return (
    <>
      <div className={styles.panelHead}>
        <StateMark state="finished" />
        <b>{prediction.data ? headline(prediction.data) : 'The trial worked'}</b>
        {page}
      </div>
      {prediction.error ? <ErrorNotice error={prediction.error} /> : null}
      {prediction.data ? (
        <>
          <dl className={styles.predicted}>
            {predictedFacts(prediction.data).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {prediction.data.findings.length > 0 ? (
            <CheckList checks={prediction.data.findings} label="What to know before starting" />
          ) : null}
        </>
      ) : null}
      <div ref={end} />
    </>
  );
}

/** The answer first: how long the whole would take, as far as it can be told. */
export function headline({ durationMs, totalSteps }: Prediction): string {
  if (durationMs === null) return 'It works; how long the whole takes cannot be told';
  const steps = totalSteps === null ? '' : ` for ${formatCount(totalSteps)} steps`;
  return `It works; the whole probably takes about ${formatDuration(durationMs)}${steps}`;
}

/** What was measured and foretold, without what could not be. */
export function predictedFacts(prediction: Prediction): readonly (readonly [string, string])[] {
  const { stepMs, peakMemoryBytes, peakGpuMemoryBytes, diskBytes } = prediction;
  const facts: [string, string | null][] = [
    ['One step', stepMs === null ? null : formatDuration(stepMs)],
    ['Memory at most', peakMemoryBytes === null ? null : formatBytes(peakMemoryBytes)],
    ['GPU memory at most', peakGpuMemoryBytes === null ? null : formatBytes(peakGpuMemoryBytes)],
    ['On the disk', diskBytes === null ? null : formatBytes(diskBytes)],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}
