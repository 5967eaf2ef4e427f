import type { EndpointState } from '../../app/contract/serving.contract.ts';
import type { JobState } from '../../app/contract/jobs.contract.ts';
import { formatPercent } from './format.ts';
import styles from './marks.module.css';

type MarkedState = JobState | EndpointState | 'warning' | 'done' | 'waiting';

interface StateMarkProps {
  readonly state: MarkedState;
  /** 0 to 1: fills the ring of what is running; null while it is not known. */
  readonly fraction?: number | null;
}

type Shape = 'running' | 'finished' | 'failed' | 'queued' | 'cancelled' | 'warning';

const shapes: Readonly<Record<MarkedState, Shape>> = {
  running: 'running',
  starting: 'running',
  serving: 'finished',
  finished: 'finished',
  done: 'finished',
  failed: 'failed',
  lost: 'warning',
  warning: 'warning',
  queued: 'queued',
  waiting: 'queued',
  cancelled: 'cancelled',
  stopped: 'cancelled',
};

/** A state by its shape first and its colour second, with a name for screen readers. */
export function StateMark({ state, fraction = null }: StateMarkProps) {
  const shape = shapes[state];
  const progress = shape === 'running' && fraction !== null ? `, ${formatPercent(fraction)}` : '';
  const breathes = shape === 'running' && fraction === null;
  return (
    <svg
      className={styles.state}
      data-shape={shape}
      data-breathes={breathes || undefined}
      viewBox="0 0 14 14"
      role="img"
      aria-label={`${state}${progress}`}
    >
      <StateShape shape={shape} fraction={fraction} />
    </svg>
  );
}

const radius = 5.25;
const circumference = 2 * Math.PI * radius;

function StateShape({ shape, fraction }: { readonly shape: Shape; readonly fraction: number | null }) {
  switch (shape) {
    case 'running':
      return fraction === null ? (
        <>
          <circle cx="7" cy="7" r="3.2" fill="currentColor" />
          <circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" strokeWidth="1" opacity=".55" />
        </>
      ) : (
        <>
          <circle cx="7" cy="7" r={radius} fill="none" stroke="var(--chart-mark-soft)" strokeWidth="2" />
          <circle
            cx="7"
            cy="7"
            r={radius}
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
            strokeDasharray={`${circumference * fraction} ${circumference}`}
            transform="rotate(-90 7 7)"
          />
          <circle cx="7" cy="7" r="1.7" fill="currentColor" />
        </>
      );
    case 'finished':
      return <path d="M3.2 7.4 6 10.1l5-6" strokeWidth="1.6" />;
    case 'failed':
      return <path d="M3.8 3.8l6.4 6.4M10.2 3.8l-6.4 6.4" strokeWidth="1.6" />;
    case 'queued':
      return <circle cx="7" cy="7" r="4.8" strokeWidth="1.3" strokeDasharray="2 1.77" />;
    case 'cancelled':
      return <path d="M7 2.2a4.8 4.8 0 1 0 .001 0M4.6 7h4.8" strokeWidth="1.3" />;
    case 'warning':
      return <path d="M7 2.2 12.4 11.6H1.6zM7 5.8v2.6M7 9.9v.1" strokeWidth="1.3" />;
  }
}
