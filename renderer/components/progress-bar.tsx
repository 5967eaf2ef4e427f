import styles from './marks.module.css';

interface ProgressBarProps {
  /** 0 to 1, or null while the total is not known. */
  readonly fraction: number | null;
  /** What is progressing, for screen readers. */
  readonly label: string;
}

/** A thin bar; the number, rate and time left stand beside it in words. */
export function ProgressBar({ fraction, label }: ProgressBarProps) {
  const percent = fraction === null ? undefined : Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div
      className={styles.bar}
      data-unknown={fraction === null || undefined}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <i style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}
