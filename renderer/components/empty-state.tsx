import type { ReactNode } from 'react';
import styles from './notices.module.css';

interface EmptyStateProps {
  /** One sentence: what the page is for. */
  readonly title: string;
  /** The one first action. */
  readonly action?: ReactNode;
  /** What the action does, step by step. */
  readonly steps?: readonly ReactNode[];
  /** What it costs: time, bytes, who can reach it. */
  readonly cost?: string;
}

/** What a page shows before there is anything on it. */
export function EmptyState({ title, action, steps, cost }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <p>{title}</p>
      {steps && steps.length > 0 ? (
        <ol>
          {steps.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps of one page never change their order
            <li key={index}>{step}</li>
          ))}
        </ol>
      ) : null}
      {action ? <div>{action}</div> : null}
      {cost ? <small>{cost}</small> : null}
    </div>
  );
}
