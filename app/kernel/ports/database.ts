/** A value that SQLite binds or returns. */
export type SqlValue = string | number | bigint | Uint8Array | null;
export type SqlRow = Record<string, SqlValue>;

/** A prepared statement; parameters are bound by position. */
export interface Statement {
  run(...parameters: SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...parameters: SqlValue[]): SqlRow | undefined;
  all(...parameters: SqlValue[]): SqlRow[];
  iterate(...parameters: SqlValue[]): IterableIterator<SqlRow>;
}

/**
 * One connection to the workspace's SQLite file. Calls are synchronous and run on the caller's thread, so keep
 * transactions short. `prepare` caches by text: call it where it is used. Faults of the disk arrive as AppError.
 */
export interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  /** Run `body` in one transaction (BEGIN IMMEDIATE); nested calls join the outer one. Rolls back if `body` throws. */
  transaction<T>(body: () => T): T;
  /** Call `action` once the transaction around this call has committed, never if it rolls back; at once outside of one. */
  afterCommit(action: () => void): void;
  close(): void;
}
