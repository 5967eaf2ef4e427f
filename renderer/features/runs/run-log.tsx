import { IconArrowBarDown, IconArrowBarUp, IconDownload } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { IconButton } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import screen from '../../components/screen.module.css';
import { SegmentedTabs } from '../../components/segments.tsx';
import { markText } from './log-marks.ts';
import { LogSearch } from './log-search.tsx';
import { findLines, linesBefore, reachesEnd, windowEnd, windowLines, windowStart } from './log-window.ts';
import styles from './run-log.module.css';
import { hasEnded } from './run-state.ts';
import { saveLog } from './save-log.ts';
import { type LogStream, useLog } from './use-log.ts';

interface RunLogProps {
  readonly run: Run;
  /** Changes whenever there may be more; the log is then read on from where it was left. */
  readonly pulse: unknown;
  /** Takes the whole height of the page. */
  readonly tall?: boolean;
}

const linePx = 18;
/** Pixels from an edge at which more is read, or the end counts as in view. */
const nearPx = 40;

/** What a run printed, of any length; follows the end while the run goes on, until the reader scrolls up. */
export function RunLog({ run, pulse, tall = false }: RunLogProps) {
  const [chosen, setStream] = useState<LogStream | null>(null);
  // What went wrong is said on stderr: a run that failed shows that, unless its reader chose.
  const stream = chosen ?? (run.status === 'failed' ? 'stderr' : 'stdout');
  const [follow, setFollow] = useState(true);
  const [search, setSearch] = useState('');
  const [found, setFound] = useState(0);
  const area = useRef<HTMLDivElement>(null);
  /** Whether the end was asked for and is still on its way: scrolling meanwhile says nothing. */
  const awaitsEnd = useRef(false);
  const log = useLog({ id: run.id, stream, pulse, follow });
  const lines = useMemo(() => windowLines(log.window), [log.window]);
  const matches = useMemo(() => findLines(lines, search.trim()), [lines, search]);
  const matching = useMemo(() => new Set(matches), [matches]);
  const current = matches[Math.min(found, matches.length - 1)];
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => area.current,
    estimateSize: () => linePx,
    overscan: 30,
  });

  const start = windowStart(log.window);
  const end = windowEnd(log.window);
  const before = useRef(log.window);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lines are those of the window
  useLayoutEffect(() => {
    const { current: held } = before;
    before.current = log.window;
    const { current: box } = area;
    if (!box) return;
    // Lines that came in above, or went there, move what is read; it stays where it is.
    const moved = linesBefore(log.window, windowStart(held)) - linesBefore(held, start);
    const goesOn = windowStart(held) <= end && start <= windowEnd(held);
    if (reachesEnd(log.window)) awaitsEnd.current = false;
    if (follow) box.scrollTop = box.scrollHeight;
    else box.scrollTop = goesOn ? box.scrollTop + moved * linePx : 0;
  }, [log.window, lines, follow]);
  useEffect(() => {
    if (current !== undefined) virtual.scrollToIndex(current, { align: 'center' });
  }, [current, virtual]);

  const onScroll = (box: HTMLDivElement) => {
    if (awaitsEnd.current && !log.error) return;
    const left = box.scrollHeight - box.scrollTop - box.clientHeight;
    setFollow(left < nearPx && reachesEnd(log.window));
    if (box.scrollTop < nearPx && start > 0) log.readBefore();
    if (left < nearPx && !reachesEnd(log.window)) log.readAfter();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Home' && event.key !== 'End') return;
    event.preventDefault();
    if (event.key === 'Home') toStart();
    else toEnd();
  };
  const toStart = () => {
    awaitsEnd.current = false;
    setFollow(false);
    if (start > 0) log.goToStart();
    area.current?.scrollTo({ top: 0 });
  };
  const toEnd = () => {
    setFollow(true);
    if (reachesEnd(log.window)) return;
    awaitsEnd.current = true;
    log.goToEnd();
  };
  const save = () => saveLog(run, stream).catch(notify.error);

  return (
    <section className={styles.log} aria-label="Log" data-tall={tall || undefined}>
      <header className={styles.head}>
        <SegmentedTabs
          label="Stream"
          chosen={stream}
          options={[
            ['stdout', 'stdout'],
            ['stderr', 'stderr'],
          ]}
          onChoose={(next) => {
            setStream(next);
            setFollow(true);
          }}
        />
        <span className={screen.quiet}>{sizeWords(start, end, log.window.sizeBytes)}</span>
        <LogSearch
          text={search}
          found={matches.length === 0 ? null : Math.min(found, matches.length - 1) + 1}
          count={matches.length}
          onText={(text) => {
            setSearch(text);
            setFound(0);
            setFollow(false);
          }}
          onMove={(by) =>
            setFound((Math.min(found, matches.length - 1) + by + matches.length) % matches.length)
          }
        />
        <label className={screen.check}>
          <input
            type="checkbox"
            checked={follow}
            onChange={(event) => (event.target.checked ? toEnd() : setFollow(false))}
          />
          {hasEnded(run) ? 'Show the end' : 'Follow'}
        </label>
        <span className={styles.tools}>
          <IconButton label="To the start of the log" onClick={toStart}>
            <IconArrowBarUp size={14} stroke={1.6} aria-hidden />
          </IconButton>
          <IconButton label="To the end of the log" onClick={toEnd}>
            <IconArrowBarDown size={14} stroke={1.6} aria-hidden />
          </IconButton>
          <IconButton label={`Save ${stream} as a file`} onClick={() => void save()}>
            <IconDownload size={14} stroke={1.6} aria-hidden />
          </IconButton>
        </span>
      </header>
      {log.error ? <ErrorNotice error={log.error} onRetry={log.goToEnd} /> : null}
      <div
        ref={area}
        className={styles.area}
        role="log"
        aria-live="off"
        aria-label={stream}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={({ currentTarget }) => onScroll(currentTarget)}
      >
        {lines.length === 0 ? (
          <p>{log.loading ? 'Reading the log' : `Nothing ${hasEnded(run) ? 'was' : 'yet'} on ${stream}.`}</p>
        ) : null}
        <div style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start: top }) => (
            <div
              key={index}
              data-found={matching.has(index) || undefined}
              data-current={index === current || undefined}
              style={{ height: linePx, transform: `translateY(${top}px)` }}
            >
              {matching.has(index)
                ? markText(lines[index] ?? '', search.trim()).map(({ part, marked, at }) =>
                    marked ? <mark key={at}>{part}</mark> : part,
                  )
                : lines[index]}
            </div>
          ))}
        </div>
      </div>
    </section>
  );
}

/** How much there is, and which part of it is here. */
function sizeWords(start: number, end: number, sizeBytes: number): string {
  if (sizeBytes === 0) return '';
  const whole = formatBytes(sizeBytes);
  const all = start === 0 && end >= sizeBytes - 3;
  return all ? whole : `${formatBytes(start)} to ${formatBytes(end)} of ${whole}`;
}
