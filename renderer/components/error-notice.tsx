import { errorWords } from '../client/errors.ts';
import { CopyButton } from './copy-button.tsx';
import styles from './notices.module.css';
import { StateMark } from './state-mark.tsx';

interface ErrorNoticeProps {
  /** Whatever was caught, or a run's or job's failure. */
  readonly error: unknown;
  /** Offers to do it again. */
  readonly onRetry?: () => void;
}

/** An error in place: what happened, with the value, and the cure. */
export function ErrorNotice({ error, onRetry }: ErrorNoticeProps) {
  const { message, nextStep, details } = errorWords(error);
  return (
    <div className={styles.error} role="alert">
      <StateMark state="failed" />
      <div>
        <p>{message}</p>
        <p className={styles.cure}>{nextStep}</p>
      </div>
      <div className={styles.errorActions}>
        {onRetry ? (
          <button type="button" className={styles.textButton} onClick={onRetry}>
            Try again
          </button>
        ) : null}
        <CopyButton value={details} label="Copy details" words />
      </div>
    </div>
  );
}
