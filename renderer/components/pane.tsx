import type { ReactNode } from 'react';
import styles from './pane.module.css';

interface PaneProps {
  /** Names the region for screen readers; a pane with a header takes its words. */
  readonly label: string;
  /** The hairline that divides it from its neighbour. */
  readonly edge?: 'left' | 'right' | 'top' | 'none';
  readonly sunken?: boolean;
  readonly scroll?: boolean;
  readonly children: ReactNode;
}

/** A part of the sheet, divided from the next by a line. */
export function Pane({ label, edge = 'none', sunken = false, scroll = false, children }: PaneProps) {
  return (
    <section
      className={styles.pane}
      aria-label={label}
      data-edge={edge}
      data-sunken={sunken || undefined}
      data-scroll={scroll || undefined}
    >
      {children}
    </section>
  );
}

interface PaneHeaderProps {
  readonly title: ReactNode;
  readonly count?: number;
  /** At the right, quieter: a caption, a link, small buttons. */
  readonly aside?: ReactNode;
}

/** The line over a pane's content. */
export function PaneHeader({ title, count, aside }: PaneHeaderProps) {
  return (
    <div className={styles.paneHeader}>
      <h2>{title}</h2>
      {count === undefined ? null : <span className={styles.count}>{count.toLocaleString('en-US')}</span>}
      {aside ? <div className={styles.aside}>{aside}</div> : null}
    </div>
  );
}
