import type { ReactNode } from 'react';
import type { JobState } from '../../app/contract/jobs.contract.ts';
import styles from './marks.module.css';

interface BadgeProps {
  /** A state tints it; `outline` is for names (tag, alias, version), `accent` for what is chosen. */
  readonly tone?: JobState | 'outline' | 'accent' | 'warning' | 'neutral';
  readonly icon?: ReactNode;
  readonly title?: string;
  readonly children: ReactNode;
}

/** A small word about a thing: its state, tag, alias or version. */
export function Badge({ tone = 'neutral', icon, title, children }: BadgeProps) {
  return (
    <span className={styles.badge} data-tone={tone} title={title}>
      {icon}
      {children}
    </span>
  );
}
