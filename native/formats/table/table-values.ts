/** How the values of a column are handed over. `time` is microseconds since 1970 as a bigint. */
export type ValueType = 'int32' | 'int64' | 'double' | 'boolean' | 'text' | 'time';

export interface TableColumn {
  readonly name: string;
  readonly type: ValueType;
}

/** What a cell may hold; `int64` takes whole numbers of both kinds. */
export type TableValue = number | bigint | boolean | string | null;

/** DuckDB takes so many rows at once. */
const MOST_BATCH_ROWS = 2048;
/** A batch is in memory as JavaScript's values and as DuckDB's. */
const BATCH_CELLS = 200_000;

/** Rows are handed over in batches of at most this many. */
export const batchRows = (columns: number): number =>
  Math.max(1, Math.min(MOST_BATCH_ROWS, Math.floor(BATCH_CELLS / Math.max(1, columns))));

/** More columns than this make a table that nobody can look at; formats leave wider arrays as files. */
export const MOST_COLUMNS = 8192;
