import { type ReactNode, useEffect, useRef } from 'react';
import { useArrival } from '../shell/arrival.ts';
import styles from './page-header.module.css';

interface PageHeaderProps {
  readonly title: ReactNode;
  /** What the browser's tab says; the title where that is plain text. */
  readonly documentTitle?: string;
  /** What tells this thing from others of its kind: a version choice, a digest. */
  readonly identity?: ReactNode;
  /** One line of facts. */
  readonly facts?: ReactNode;
  /** At the right; at most one primary button. */
  readonly actions?: ReactNode;
}

/** The head of a page: what it shows, what is known of it, what can be done. Takes the focus after navigation. */
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
