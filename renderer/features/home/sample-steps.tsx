import type { SampleStep } from '../../../app/contract/sample.contract.ts';
import { formatLeft } from '../../components/format.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Link } from '../../shell/router.ts';
import styles from './home.module.css';

/** The steps of the sample job as they go: what each does now, what it made, where to look at it. */
export function SampleSteps({ steps }: { readonly steps: readonly SampleStep[] }) {
  return (
    <ol className={styles.steps} aria-label="Steps of the sample">
      {steps.map((step) => (
        <li key={step.id} data-state={step.state}>
          <StateMark state={step.state} fraction={step.progress?.fraction ?? null} />
          <span>{step.href ? <Link to={step.href}>{step.title}</Link> : step.title}</span>
          <small>{note(step)}</small>
          {step.state === 'running' ? (
            <ProgressBar fraction={step.progress?.fraction ?? null} label={step.title} />
          ) : null}
        </li>
      ))}
    </ol>
  );
}

function note({ state, progress, detail }: SampleStep): string {
  if (state !== 'running' || !progress) return detail;
  const left = progress.remainingMs === null ? null : formatLeft(progress.remainingMs);
  return [progress.message || detail, progress.rate, left].filter(Boolean).join(', ');
}
