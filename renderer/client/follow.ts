import { ORPCError } from '@orpc/client';
import { useEffect, useRef } from 'react';

/**
 * Read a stream until it ends or `signal` aborts, opening it again whenever the connection broke. `open` is called
 * anew each time, so it can ask for what comes after the last item that it saw.
 */
export async function follow<Item>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Item>>,
  onItem: (item: Item) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const item of await open(signal)) {
        if (signal.aborted) return;
        onItem(item);
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ORPCError && error.code === 'NOT_READY')) throw error;
      // Calls wait for the next connection by themselves; a core that answers "not ready" is asked again gently.
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

interface FollowOptions<Item> {
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<Item>>;
  readonly onItem: (item: Item) => void;
  readonly onError?: (error: unknown) => void;
}

/** `follow` for the life of a component; `key` names the stream, null follows nothing. */
export function useFollow<Item>(key: string | null, options: FollowOptions<Item>): void {
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    follow(
      (signal) => latest.current.open(signal),
      (item) => latest.current.onItem(item),
      stop.signal,
    ).catch((error: unknown) => {
      if (!stop.signal.aborted) latest.current.onError?.(error);
    });
    return () => stop.abort();
  }, [key]);
}
