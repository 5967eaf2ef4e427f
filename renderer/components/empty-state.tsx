import type { ReactNode } from 'react';
import styles from './notices.module.css';

interface EmptyStateProps {
  /** One sentence: what the page is for. */
  readonly title: string;
  /** The one first action. */
  readonly action?: ReactNode;
  /** What the action does, step by step. */
  readonly steps?: readonly string[];
  /** What it costs: time, bytes, who can reach it. */
  readonly cost?: string;
}

/** What a page shows before there is anything on it. */
export function EmptyState({ title, action, steps = [], cost }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <p>{title}</p>
      {steps.length > 0 ? (
        <ol>
          {steps.map((step, index) => (
            <li key={step}>
              <i>{index + 1}</i> {step}
            </li>
          ))}
        </ol>
      ) : null}
      {action ? <div>{action}</div> : null}
      {cost ? <small>{cost}</small> : null}
    </div>
  );
}
