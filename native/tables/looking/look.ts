import type { DuckDBConnection } from '@duckdb/node-api';

/** What a long look is given: a DuckDB of its own, and how to tell how far it is. */
export interface Look {
  readonly connection: DuckDBConnection;
  readonly signal: AbortSignal;
  /** @param fraction 0 to 1 */
  progress(fraction: number, message: string): void;
}

/** The part of a look's progress between two fractions, as a progress of its own. */
export function within(look: Look, from: number, to: number): Look {
  return {
    ...look,
    progress: (fraction, message) => look.progress(from + fraction * (to - from), message),
  };
}
