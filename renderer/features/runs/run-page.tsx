import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Artifact, RunDetail } from '../../../app/contract/runs.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatClock } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { RunSwatch } from '../../components/run-swatch.tsx';
import screen from '../../components/screen.module.css';
import { StateMark } from '../../components/state-mark.tsx';
import { Link } from '../../shell/router.ts';
import { RegisterModelDialog } from '../models/register-model-dialog.tsx';
import { useAllRuns } from './all-runs.ts';
import { EditableName } from './editable-name.tsx';
import { useSeconds, withLiveValues } from './live-run.ts';
import { RepeatButtons } from './repeat-buttons.tsx';
import { useRunActions } from './run-actions.ts';
import { RunAside } from './run-aside.tsx';
import { RunFacts } from './run-facts.tsx';
import { RunFailure } from './run-failure.tsx';
import { RunOutcome } from './run-outcome.tsx';
import { hasEnded } from './run-state.ts';
import { useSystemSeries } from './run-system.tsx';
import { RunView } from './run-view.tsx';
import styles from './runs.module.css';
import { useJobProgress } from './use-job-progress.ts';
import { useSeries } from './use-series.ts';
import { runVerdict } from './verdict.ts';

/** One run: what came of it first, then its curves, log and everything that was captured. */
export function RunPage({ runId }: { readonly runId: string }) {
  const query = useQuery(orpc.runs.get.queryOptions({ input: { run: runId } }));
  if (query.error) return <ErrorNotice error={query.error} />;
  if (!query.data) return <p className={screen.waiting}>Reading the run</p>;
  return <OneRun run={query.data} />;
}

function OneRun({ run: recorded }: { readonly run: RunDetail }) {
  const actions = useRunActions();
  const { runs } = useAllRuns();
  const { series, loading } = useSeries({ runs: [recorded] });
  const system = useSystemSeries(recorded);
  const nowMs = useSeconds(!hasEnded(recorded));
  const run = useMemo(() => withLiveValues(recorded, series, nowMs), [recorded, series, nowMs]);
  const progress = useJobProgress(recorded);
  const [registering, setRegistering] = useState<Artifact | null>(null);
  const model = run.artifacts.find(({ path, kind }) => kind === 'model' || path.endsWith('.onnx'));
  return (
    <div className={screen.page}>
      <PageHeader
        title={
          <span className={styles.identity}>
            <StateMark state={run.status} fraction={progress.fraction} />
            <RunSwatch color={run.color} hollow={run.status === 'queued'} />
            <EditableName name={run.name} onRename={(name) => void actions.rename(run, name)} />
          </span>
        }
        documentTitle={run.name}
        facts={<Facts run={run} />}
        actions={
          <>
            {hasEnded(run) && !run.failure ? <RepeatButtons run={run} /> : null}
            {hasEnded(run) ? (
              <Button variant="danger" onClick={() => void actions.remove([run])}>
                Delete
              </Button>
            ) : (
              <Button variant="danger" onClick={() => void actions.cancel([run])}>
                Cancel run
              </Button>
            )}
            {model ? (
              <Button variant="primary" onClick={() => setRegistering(model)}>
                Register model
              </Button>
            ) : null}
          </>
        }
      />
      {run.status === 'running' ? (
        <ProgressBar fraction={progress.fraction} label={`Progress of ${run.name}`} />
      ) : null}
      {run.failure ? <RunFailure run={run} /> : <RunOutcome run={run} verdict={runVerdict(run, runs)} />}
      <RunFacts run={run} progress={progress} />
      <div className={styles.detail}>
        <RunView
          run={run}
          series={series}
          system={system}
          loading={loading}
          pulse={hasEnded(run) ? run.status : nowMs}
          onRegister={setRegistering}
        />
        <RunAside run={run} system={system} />
      </div>
      {registering ? (
        <RegisterModelDialog run={run} artifact={registering} onClose={() => setRegistering(null)} />
      ) : null}
    </div>
  );
}

function Facts({ run }: { readonly run: RunDetail }) {
  const gpus = run.gpus.length > 0 ? `, GPU ${run.gpus.map(({ index }) => index).join(', ')}` : '';
  return (
    <span>
      <Badge tone={run.status}>{run.status}</Badge> {run.preflight ? 'trial of ' : ''}
      {run.template}
      {run.inputs.map((input, index) => (
        <span key={input.name}>
          {index === 0 ? ' on ' : ', '}
          <Link to={`/data/${encodeURIComponent(input.datasetName)}?version=${input.version}`}>
            {input.datasetName} v{input.version}
          </Link>
        </span>
      ))}
      {run.startedAt === null ? '' : `, started ${formatClock(run.startedAt)}`}, {run.target}
      {gpus}
      {run.attempt > 1 ? `, attempt ${run.attempt}` : ''}
    </span>
  );
}
