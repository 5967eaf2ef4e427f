import styles from './marks.module.css';

interface RunSwatchProps {
  /** Slot 1 to 12 of the run colours, as stored with the run. */
  readonly color: number;
  /** An outline, for what has not begun. */
  readonly hollow?: boolean;
}

/** A run's colour; its name always stands beside it. */
export function RunSwatch({ color, hollow = false }: RunSwatchProps) {
  return (
    <span
      className={styles.swatch}
      data-hollow={hollow || undefined}
      style={{ color: `var(--run-${color})` }}
      aria-hidden
    />
  );
}
