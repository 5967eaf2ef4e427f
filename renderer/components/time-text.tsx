import { formatAgo, formatClock, formatMoment } from './format.ts';

interface TimeTextProps {
  /** Epoch milliseconds; null shows a dash. */
  readonly at: number | null;
  /** Say how long ago, for what has just happened. */
  readonly ago?: boolean;
}

/** A moment, short on screen and in full in its tooltip. */
export function TimeText({ at, ago = false }: TimeTextProps) {
  if (at === null) return <>–</>;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatMoment(at)}>
      {ago ? formatAgo(at) : formatClock(at)}
    </time>
  );
}
