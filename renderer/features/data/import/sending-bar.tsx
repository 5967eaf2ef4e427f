import { formatBytes } from '../../../components/format.ts';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import styles from '../data.module.css';

interface SendingBarProps {
  readonly sentBytes: number;
  readonly totalBytes: number;
}

/** How much of the chosen files has reached the core. */
export function SendingBar({ sentBytes, totalBytes }: SendingBarProps) {
  return (
    <div className={styles.sending}>
      <span>
        Sending {formatBytes(sentBytes)} of {formatBytes(totalBytes)}
      </span>
      <ProgressBar fraction={totalBytes === 0 ? null : sentBytes / totalBytes} label="Sending files" />
    </div>
  );
}
