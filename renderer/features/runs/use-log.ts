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

/**
 * A window on a log of any size: begins at its end, grows where it is read on, and at each change of `pulse` with what
 * was printed meanwhile, if it reaches the end.
 */
export function useLog(id: RunId, stream: LogStream, pulse: unknown): Log {
  const [window, setWindow] = useState<LogWindow>(emptyWindow);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const now = useRef({ window, busy: false });
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
    }
  }, []);

  const goTo = useCallback(
    (offset: number) => {
      // What is being read is for a place that is being left.
      now.current = { window: now.current.window, busy: false };
      return attempt(async () => windowOf(await client.runs.logs({ id, stream, offset, limit: sliceBytes })));
    },
    [attempt, id, stream],
  );

  useEffect(() => {
    now.current = { window: emptyWindow, busy: false };
    setWindow(emptyWindow);
    setLoading(true);
    void goTo(-sliceBytes);
  }, [goTo]);

  const readAfter = useCallback(
    () =>
      attempt(async (before) => {
        let next = before;
        for (let slices = 0; slices < slicesAtOnce; slices += 1) {
          const offset = windowEnd(next);
          const slice = await client.runs.logs({ id, stream, offset, limit: sliceBytes });
          // The file is shorter than it was: it was begun anew.
          if (slice.offset !== offset)
            return windowOf(await client.runs.logs({ id, stream, offset: -sliceBytes }));
          next = appended(next, slice);
          if (slice.nextOffset >= slice.sizeBytes || slice.nextOffset === offset) break;
        }
        return next;
      }),
    [attempt, id, stream],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the pulse says that there may be more
  useEffect(() => {
    const { window: held } = now.current;
    if (reachesEnd(held)) void readAfter();
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
    readAfter: () => void readAfter(),
    goToStart: () => void goTo(0),
    goToEnd: () => void goTo(-sliceBytes),
  };
}
