import { useQuery } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes } from '../../components/format.ts';
import screen from '../../components/screen.module.css';
import { SegmentedTabs } from '../../components/segments.tsx';
import { hasEnded } from './run-actions.ts';
import styles from './runs.module.css';

type Stream = 'stdout' | 'stderr';

interface RunLogProps {
  readonly run: Run;
  /** Grows whenever the run shows a sign of life; the log is then read on from where it was left. */
  readonly pulse: number;
}

/** The end of what a run printed; follows while the run goes on, until the reader scrolls up. */
export function RunLog({ run, pulse }: RunLogProps) {
  const [stream, setStream] = useState<Stream>('stdout');
  const [follow, setFollow] = useState(true);
  const area = useRef<HTMLPreElement>(null);
  const log = useLogTail(run, stream, pulse);
  const text = log.text;
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text is the reason to scroll
  useLayoutEffect(() => {
    if (follow && area.current) area.current.scrollTop = area.current.scrollHeight;
  }, [text, follow]);
  return (
    <section className={styles.log} aria-label="Log">
      <header className={styles.logHead}>
        <SegmentedTabs
          label="Stream"
          chosen={stream}
          options={[
            ['stdout', 'stdout'],
            ['stderr', 'stderr'],
          ]}
          onChoose={setStream}
        />
        <span className={screen.quiet}>{log.sizeBytes > 0 ? formatBytes(log.sizeBytes) : null}</span>
        <label className={`${screen.check} ${styles.follow}`}>
          <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} />
          {hasEnded(run) ? 'Show the end' : 'Follow'}
        </label>
      </header>
      {log.error ? <ErrorNotice error={log.error} /> : null}
      <pre
        ref={area}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          setFollow(scrollHeight - scrollTop - clientHeight < 24);
        }}
      >
        {log.offset > 0 ? `… ${formatBytes(log.offset)} before\n` : ''}
        {text || (stream === 'stderr' ? 'Nothing on stderr.' : 'Nothing printed yet.')}
      </pre>
    </section>
  );
}

/** The last 64 KiB of a stream, then everything that follows it, at most 1 MiB in all. */
function useLogTail(run: Run, stream: Stream, pulse: number) {
  const first = useQuery(orpc.runs.logs.queryOptions({ input: { id: run.id, stream } }));
  const [more, setMore] = useState({ text: '', nextOffset: 0 });
  const start = first.data;
  useEffect(() => setMore({ text: '', nextOffset: start?.nextOffset ?? 0 }), [start]);
  const { id, status } = run;
  // biome-ignore lint/correctness/useExhaustiveDependencies: pulse and status say that there may be more
  useEffect(() => {
    if (!start) return;
    let wanted = true;
    const read = async () => {
      const next = await client.runs.logs({
        id,
        stream,
        offset: Math.max(start.nextOffset, more.nextOffset),
      });
      if (wanted && next.text !== '') {
        setMore((old) => ({
          text: (old.text + next.text).slice(-1_048_576),
          nextOffset: next.nextOffset,
        }));
      }
    };
    read().catch(() => {
      // The next pulse reads again; a lasting fault shows on the first read of the stream.
    });
    return () => {
      wanted = false;
    };
  }, [pulse, status]);
  return {
    text: (start?.text ?? '') + more.text,
    offset: start?.offset ?? 0,
    sizeBytes: Math.max(start?.sizeBytes ?? 0, more.nextOffset),
    error: first.error,
  };
}
