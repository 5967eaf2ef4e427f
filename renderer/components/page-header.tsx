import { type ReactNode, useEffect, useRef } from 'react';
import { useArrival } from '../shell/arrival.ts';
import styles from './page.module.css';

interface PageHeaderProps {
  readonly title: ReactNode;
  /** What the browser's tab says, where the title is no plain text. */
  readonly documentTitle?: string;
  /** What tells this thing from others of its kind: a version choice, a digest. */
  readonly identity?: ReactNode;
  /** What is known at a glance, in one line. */
  readonly facts?: ReactNode;
  /** At the right; at most one is primary. */
  readonly actions?: ReactNode;
}

/** The first line of every screen. Its heading takes the focus after navigation, so that reading starts there. */
export function PageHeader({ title, documentTitle, identity, facts, actions }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useArrival(heading);
  const name = documentTitle ?? (typeof title === 'string' ? title : null);
  useEffect(() => {
    document.title = name === null ? 'Lathe' : `${name} – Lathe`;
  }, [name]);
  return (
    <header className={styles.header}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {identity}
      {facts ? <div className={styles.facts}>{facts}</div> : null}
      {actions ? <div className={styles.actions}>{actions}</div> : null}
    </header>
  );
}
