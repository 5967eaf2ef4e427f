import type { RunDetail } from '../../../app/contract/runs.contract.ts';
import { errorWords } from '../../client/errors.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { RepeatButtons } from './repeat-buttons.tsx';
import styles from './runs.module.css';

/** Why a run failed, what to do about it, and the ways to go on. */
export function RunFailure({ run }: { readonly run: RunDetail }) {
  if (!run.failure) return null;
  const { title, message, nextStep, details } = errorWords(run.failure);
  return (
    <section className={styles.outcome} data-failed aria-label="Failure">
      <p>
        <b>{message}</b>
      </p>
      <p>
        {title}. {nextStep} <CopyButton value={details} label="Copy details" words />
      </p>
      <div className={styles.repeat}>
        <RepeatButtons run={run} prominent />
      </div>
    </section>
  );
}
