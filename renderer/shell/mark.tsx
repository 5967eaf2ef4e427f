import styles from './frame.module.css';

/** Lathe's mark: a spindle of strokes. */
export function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 0 18 18" aria-hidden>
      <path d="M2 7.2v3.6M5.5 4.6v8.8M12.5 5.6v6.8M16 7.2v3.6" />
      <path d="M9 2.2v13.6" data-accent />
    </svg>
  );
}
