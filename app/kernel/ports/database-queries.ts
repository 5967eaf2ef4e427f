/** One query that reads a database file; its result is written as a Parquet file with the columns' types. */
export interface DuckdbQuery {
  readonly databasePath: string;
  readonly query: string;
  readonly destinationPath: string;
}

export type SqliteQuery = DuckdbQuery;

/**
 * A CSV file of another program's making, to be written as Parquet: no header, quotes as in RFC 4180, unquoted empty cells for nothing.
 */
export interface TextTable {
  readonly csvPath: string;
  readonly destinationPath: string;
  /** `type` as DuckDB calls it, or `HEX` for bytes written as `\x…`. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/**
 * Queries of database files, off the caller's thread. Files are opened to read and never changed; a query is one statement that reads, and
 * reaches nothing but its file: no other file, no network, no extension.
 *
 * Faults are AppErrors: INVALID_INPUT (a query that does not fit, in the engine's words; several statements; one that writes), DATA_MALFORMED (no such database),
 * PATH_NOT_FOUND, DISK_FULL, TOO_LARGE.
 */
export interface DatabaseQueries {
  duckdb(query: DuckdbQuery, signal: AbortSignal): Promise<{ readonly rows: number }>;
  sqlite(query: SqliteQuery, signal: AbortSignal): Promise<{ readonly rows: number }>;
  fromText(table: TextTable, signal: AbortSignal): Promise<{ readonly rows: number }>;
}
