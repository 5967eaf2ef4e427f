import type { ReactNode } from 'react';
import styles from './settings.module.css';

/** A part of the settings: what it is about at the left, the values at the right. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      <div>{children}</div>
    </section>
  );
}

interface FactProps {
  readonly name: string;
  readonly help?: ReactNode;
  readonly children: ReactNode;
}

/** One line: its name, its value, and what it means. */
export function Fact({ name, help, children }: FactProps) {
  return (
    <div className={styles.fact}>
      <span>{name}</span>
      <div>
        <div>{children}</div>
        {help ? <small>{help}</small> : null}
      </div>
    </div>
  );
}
