import type { JobState } from '../../app/contract/jobs.contract.ts';
import type { EndpointState } from '../../app/contract/serving.contract.ts';
import { formatPercent } from './format.ts';
import styles from './marks.module.css';

type MarkedState = JobState | EndpointState | 'warning' | 'done' | 'waiting';
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

interface StateMarkProps {
  readonly state: MarkedState;
  /** 0 to 1: fills the ring of what is running; null while it is not known. */
  readonly fraction?: number | null;
}

/** A state by its shape first and its colour second, with a name for screen readers. */
export function StateMark({ state, fraction = null }: StateMarkProps) {
  const shape = shapes[state];
  const known = shape === 'running' && fraction !== null;
  const name = known ? `${state}, ${formatPercent(fraction)}` : state;
  return (
    <svg
      className={styles.state}
      data-shape={shape}
      data-live={(shape === 'running' && !known) || undefined}
      viewBox="0 0 14 14"
      role="img"
      aria-label={name}
    >
      <title>{name}</title>
      {drawing(shape, known ? fraction : null)}
    </svg>
  );
}

const radius = 5.25;
const round = 2 * Math.PI * radius;

function drawing(shape: Shape, fraction: number | null) {
  switch (shape) {
    case 'running':
      return fraction === null ? (
        <>
          <circle cx="7" cy="7" r="3.2" fill="currentColor" stroke="none" />
          <circle cx="7" cy="7" r="5.6" strokeWidth="1" opacity=".55" />
        </>
      ) : (
        <>
          <circle cx="7" cy="7" r={radius} stroke="var(--chart-mark-soft)" strokeWidth="2" />
          <circle
            cx="7"
            cy="7"
            r={radius}
            strokeWidth="2"
            strokeLinecap="butt"
            strokeDasharray={`${round * fraction} ${round}`}
            transform="rotate(-90 7 7)"
          />
          <circle cx="7" cy="7" r="1.7" fill="currentColor" stroke="none" />
        </>
      );
    case 'finished':
      return <path d="M3.2 7.4 6 10.1l5-6" />;
    case 'failed':
      return <path d="M3.8 3.8l6.4 6.4M10.2 3.8l-6.4 6.4" />;
    case 'queued':
      return <circle cx="7" cy="7" r="4.8" strokeWidth="1.3" strokeDasharray="2 1.77" strokeLinecap="butt" />;
    case 'cancelled':
      return <path d="M3.4 3.4h7.2v7.2H3.4z" strokeWidth="1.3" />;
    case 'warning':
      return <path d="M7 2.2 12.4 11.6H1.6zM7 5.8v2.6M7 9.9v.1" strokeWidth="1.3" />;
  }
}
