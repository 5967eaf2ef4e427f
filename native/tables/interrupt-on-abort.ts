import type { DuckDBConnection } from '@duckdb/node-api';

const AGAIN_MS = 50;

/**
 * Interrupt DuckDB from the moment that the signal aborts, again and again: what comes between two statements is forgotten when the next
 * begins.
 */
export function interruptOnAbort(connection: DuckDBConnection, signal: AbortSignal): Disposable {
  let again: NodeJS.Timeout | undefined;
  const start = () => {
    connection.interrupt();
    again = setInterval(() => connection.interrupt(), AGAIN_MS);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start);
  return {
    [Symbol.dispose]() {
      signal.removeEventListener('abort', start);
      clearInterval(again);
    },
  };
}
