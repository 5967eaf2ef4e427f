import type { RunDetail } from '../../../app/contract/runs.contract.ts';
import { Link } from '../../shell/router.ts';
import { checkWords } from './run-checks.tsx';
import { hasEnded } from './run-state.ts';
import styles from './runs.module.css';
import type { runVerdict } from './verdict.ts';

interface RunOutcomeProps {
  readonly run: RunDetail;
  readonly verdict: ReturnType<typeof runVerdict>;
}

/** The answer first: why it waits, or the result in a sentence, what the checks say and what became of it. */
export function RunOutcome({ run, verdict }: RunOutcomeProps) {
  if (run.status === 'queued' && run.waitingFor) {
    return (
      <div className={styles.outcome}>
        <p>
          <b>Waits for {run.waitingFor}.</b> <Link to="/queue">Show the queue</Link>
        </p>
      </div>
    );
  }
  const checks = checkWords(run.checks);
  const reproduces = run.reproducesRunId !== null;
  if (!hasEnded(run) && verdict.metric === null && !reproduces) return null;
  return (
    <div className={styles.outcome}>
      <p>
        <b>{verdict.headline}</b> {verdict.rest}
      </p>
      {checks ? <p>{checks}</p> : null}
      {reproduces ? (
        <p>
          It repeats a run exactly.{' '}
          <Link to={`/runs/${run.id}?view=reproduction`}>See whether the same came out</Link>
        </p>
      ) : null}
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
