import type { ReactNode } from 'react';
import type { JobState } from '../../app/contract/jobs.contract.ts';
import type { EndpointState } from '../../app/contract/serving.contract.ts';
import styles from './marks.module.css';

interface BadgeProps {
  /** A state tints it; `outline` is for names (tag, alias, version), `accent` for what is chosen. */
  readonly tone?: JobState | EndpointState | 'warning' | 'outline' | 'accent';
  readonly children: ReactNode;
}

/** A small word about a thing: its state, tag, alias or version. */
export function Badge({ tone, children }: BadgeProps) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}
