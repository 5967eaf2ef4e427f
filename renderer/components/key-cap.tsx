import type { ReactNode } from 'react';
import styles from './marks.module.css';

/** The name of a key in a small box. */
export function KeyCap({ children }: { readonly children: ReactNode }) {
  return <kbd className={styles.cap}>{children}</kbd>;
}
