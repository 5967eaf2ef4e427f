/** Of memory that is free: a table is written at gigabytes a second. */
const GIVEN_BACK_AFTER_MS = 10;

/**
 * Have DuckDB give what it freed back to the system at once; by itself it waits a second, in which as much again comes together as it is allowed
 * to use. Its allocator reads this when DuckDB is loaded. To be called on the process's first thread: the environment of others is a copy.
 */
export function boundAllocator(): void {
  process.env.DUCKDB_JE_MALLOC_CONF ??= `dirty_decay_ms:${GIVEN_BACK_AFTER_MS}`;
}
