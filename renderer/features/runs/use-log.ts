import { useCallback, useEffect, useRef, useState } from 'react';
import type { RunId } from '../../../app/contract/ids.ts';
import { client } from '../../client/orpc.ts';
import {
  appended,
  emptyWindow,
  type LogWindow,
  prepended,
  reachesEnd,
  windowEnd,
  windowOf,
  windowStart,
} from './log-window.ts';

export type LogStream = 'stdout' | 'stderr';

/** What is held and what is under way; another object takes its place when the reader goes elsewhere. */
interface Reading {
  window: LogWindow;
  busy: boolean;
  /** To be done when what is under way has ended. */
  again: (() => void) | null;
}

/** Bytes that are read at once. */
const sliceBytes = 262_144;
/** Slices that are read at one sign of life at most, so that a program that floods its log does not flood the page. */
const slicesAtOnce = 8;

interface Log {
  readonly window: LogWindow;
  readonly loading: boolean;
  readonly error: unknown;
  readonly readBefore: () => void;
  readonly readAfter: () => void;
  readonly goToStart: () => void;
  readonly goToEnd: () => void;
}

interface LogSource {
  readonly id: RunId;
  readonly stream: LogStream;
  /** Changes whenever there may be more. */
  readonly pulse: unknown;
  /** Whether the end is what is wanted: where more was printed than can be read on at once, the rest is passed over. */
  readonly follow: boolean;
}

/**
 * A window on a log of any size: begins at its end, grows where it is read on, and at each change of `pulse` with what
 * was printed meanwhile, if it reached the end or follows it.
 */
export function useLog({ id, stream, pulse, follow }: LogSource): Log {
  const [window, setWindow] = useState<LogWindow>(emptyWindow);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const now = useRef<Reading>({ window, busy: false, again: null });
  now.current.window = window;

  const attempt = useCallback(async (read: (window: LogWindow) => Promise<LogWindow>) => {
    if (now.current.busy) return;
    const mine = now.current;
    mine.busy = true;
    try {
      const next = await read(mine.window);
      if (now.current !== mine) return;
      mine.window = next;
      setWindow(next);
      setError(null);
    } catch (caught) {
      if (now.current === mine) setError(caught);
    } finally {
      mine.busy = false;
      if (now.current === mine) setLoading(false);
      const { again } = mine;
      mine.again = null;
      if (now.current === mine) again?.();
    }
  }, []);

  const goTo = useCallback(
    (offset: number) => {
      // What is being read is for a place that is being left.
      now.current = { window: now.current.window, busy: false, again: null };
      return attempt(async () => windowOf(await client.runs.logs({ id, stream, offset, limit: sliceBytes })));
    },
    [attempt, id, stream],
  );

  useEffect(() => {
    now.current = { window: emptyWindow, busy: false, again: null };
    setWindow(emptyWindow);
    setLoading(true);
    void goTo(-sliceBytes);
  }, [goTo]);

  const readAfter = useCallback(
    (toEnd: boolean) =>
      attempt(async (before) => {
        const tail = async () =>
          windowOf(await client.runs.logs({ id, stream, offset: -sliceBytes, limit: sliceBytes }));
        let next = before;
        for (let slices = 0; slices < slicesAtOnce; slices += 1) {
          const offset = windowEnd(next);
          const slice = await client.runs.logs({ id, stream, offset, limit: sliceBytes });
          // The file is shorter than it was: it was begun anew.
          if (slice.offset !== offset) return tail();
          next = appended(next, slice);
          if (slice.nextOffset >= slice.sizeBytes || slice.nextOffset === offset) break;
        }
        return toEnd && !reachesEnd(next) ? tail() : next;
      }),
    [attempt, id, stream],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the pulse says that there may be more
  useEffect(() => {
    const { current: reading } = now;
    if (!follow && !reachesEnd(reading.window)) return;
    // The last pulse of a run must not be lost on a reading that began before it.
    if (reading.busy) reading.again = () => void readAfter(follow);
    else void readAfter(follow);
  }, [pulse, readAfter]);

  const readBefore = useCallback(
    () =>
      attempt(async (before) => {
        const start = windowStart(before);
        if (start === 0) return before;
        const offset = Math.max(0, start - sliceBytes);
        return prepended(before, await client.runs.logs({ id, stream, offset, limit: start - offset }));
      }),
    [attempt, id, stream],
  );

  return {
    window,
    loading,
    error,
    readBefore: () => void readBefore(),
    readAfter: () => void readAfter(false),
    goToStart: () => void goTo(0),
    goToEnd: () => void goTo(-sliceBytes),
  };
}
