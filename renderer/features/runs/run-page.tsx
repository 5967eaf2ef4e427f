import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { RunDetail } from '../../../app/contract/runs.contract.ts';
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
import { hasEnded, useRunActions } from './run-actions.ts';
import { RunAside } from './run-aside.tsx';
import { RunCharts } from './run-charts.tsx';
import { RunFacts } from './run-facts.tsx';
import { RunLog } from './run-log.tsx';
import styles from './runs.module.css';
import { useJobProgress } from './use-job-progress.ts';
import { useSeries } from './use-series.ts';
import { runVerdict } from './verdict.ts';

/** One run: what came of it first, then its curves, log and everything that was captured. */
export function RunPage({ runId }: { readonly runId: string }) {
  const query = useQuery(orpc.runs.get.queryOptions({ input: { run: runId } }));
  if (query.error) return <ErrorNotice error={query.error} />;
  if (!query.data) return <p className={screen.waiting}>Reading the run</p>;
  return <RunView run={query.data} />;
}

function RunView({ run: recorded }: { readonly run: RunDetail }) {
  const actions = useRunActions();
  const { runs } = useAllRuns();
  const { series, loading } = useSeries({ runs: [recorded] });
  const nowMs = useSeconds(!hasEnded(recorded));
  const run = useMemo(() => withLiveValues(recorded, series, nowMs), [recorded, series, nowMs]);
  const progress = useJobProgress(recorded);
  const [registering, setRegistering] = useState(false);
  const model = run.artifacts.find(({ path }) => path.endsWith('.onnx'));
  const points = series.reduce((count, one) => count + one.points, 0);
  const [input] = run.inputs;
  return (
    <div className={screen.page}>
      <PageHeader
        title={
          <span className={styles.identity}>
            <StateMark state={run.status} fraction={progress.fraction} />
            <RunSwatch color={run.color} />
            <EditableName name={run.name} onRename={(name) => void actions.rename(run, name)} />
          </span>
        }
        facts={
          <span>
            <Badge tone={run.status}>{run.status}</Badge> {run.template}
            {input ? (
              <>
                {' on '}
                <Link to={`/data/${encodeURIComponent(input.datasetName)}?version=${input.version}`}>
                  {input.datasetName} v{input.version}
                </Link>
              </>
            ) : null}
            {run.startedAt === null ? '' : `, started ${formatClock(run.startedAt)}`}, {run.target}
          </span>
        }
        actions={
          <>
            {run.resumable && hasEnded(run) ? (
              <Button onClick={() => void actions.resume(run)}>Resume</Button>
            ) : null}
            {hasEnded(run) ? <Button onClick={() => actions.again(run)}>Run again</Button> : null}
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
              <Button variant="primary" onClick={() => setRegistering(true)}>
                Register model
              </Button>
            ) : null}
          </>
        }
      />
      {hasEnded(run) ? null : <ProgressBar fraction={progress.fraction} label={`Progress of ${run.name}`} />}
      <Outcome run={run} verdict={runVerdict(run, runs)} />
      <RunFacts run={run} progress={progress} />
      <div className={styles.detail}>
        <div className={styles.main}>
          <RunCharts run={run} series={series} loading={loading} />
          <RunLog run={run} pulse={points} />
        </div>
        <RunAside run={run} />
      </div>
      {registering && model ? (
        <RegisterModelDialog run={run} artifact={model} onClose={() => setRegistering(false)} />
      ) : null}
    </div>
  );
}

/** The answer first: the result in a sentence, or why there is none and what to do. */
function Outcome(props: { readonly run: RunDetail; readonly verdict: ReturnType<typeof runVerdict> }) {
  const { run, verdict } = props;
  if (run.failure) {
    return (
      <div className={styles.outcome} data-failed>
        <p>
          <b>{run.failure.message}</b>
        </p>
        <p>{run.failure.data.nextStep}</p>
      </div>
    );
  }
  if (!hasEnded(run) && verdict.metric === null) return null;
  return (
    <div className={styles.outcome}>
      <p>
        <b>{verdict.headline}</b> {verdict.rest}
      </p>
      {run.models.length > 0 ? (
        <p>
          Registered as{' '}
          {run.models.map(({ name, version }, index) => (
            <span key={`${name} ${version}`}>
              {index > 0 ? ', ' : ''}
              <Link to={`/models/${encodeURIComponent(name)}`}>
                {name} v{version}
              </Link>
            </span>
          ))}
          .
        </p>
      ) : null}
    </div>
  );
}
