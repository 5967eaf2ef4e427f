import { errorWords } from '../client/errors.ts';
import { CopyButton } from './copy-button.tsx';
import styles from './notices.module.css';
import { StateMark } from './state-mark.tsx';

interface ErrorNoticeProps {
  /** Whatever was caught, or the failure of a run or job. */
  readonly error: unknown;
  /** Offers to do it again. */
  readonly onRetry?: () => void;
}

/** A failure, where it happened: what did not fit, and the cure. */
export function ErrorNotice({ error, onRetry }: ErrorNoticeProps) {
  if (error === null || error === undefined) return null;
  const { message, nextStep, details } = errorWords(error);
  return (
    <div className={styles.error} role="alert">
      <StateMark state="failed" />
      <div>
        <p>{message}</p>
        <p>{nextStep}</p>
        <span>
          {onRetry ? (
            <button type="button" className={styles.words} onClick={onRetry}>
              Try again
            </button>
          ) : null}
          <CopyButton value={details} label="Copy details" words />
        </span>
      </div>
    </div>
  );
}
