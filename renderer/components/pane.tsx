import type { ReactNode } from 'react';
import styles from './page.module.css';

interface PaneProps {
  readonly title: string;
  readonly count?: number | undefined;
  readonly aside?: ReactNode;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A part of a screen, divided from the others by lines, with a head of its own. */
export function Pane({ title, count, aside, className, children }: PaneProps) {
  return (
    <section className={[styles.pane, className].filter(Boolean).join(' ')} aria-label={title}>
      <div className={styles.paneHeader}>
        <h2>{title}</h2>
        {count === undefined ? null : <span>{count.toLocaleString('en-US')}</span>}
        {aside ? <div className={styles.aside}>{aside}</div> : null}
      </div>
      {children}
    </section>
  );
}
