/** A group of rows is in memory as a whole while it is written, and is what reading a page has to unpack. */
const GROUP_CELLS = 4_000_000;
const MOST_GROUP_ROWS = 122_880;
/** DuckDB moves so many rows at a time. */
const FEWEST_GROUP_ROWS = 2048;

/** What follows `COPY … TO` for a Parquet file of so many columns. Room for a group's different values is made before there are any. */
export function parquetOptions(
  columns: number,
  {
    compression = 'zstd',
    statistics = false,
  }: { readonly compression?: 'zstd' | 'lz4_raw'; readonly statistics?: boolean } = {},
): string {
  const rows = Math.floor(GROUP_CELLS / Math.max(1, columns));
  const groupRows = Math.max(FEWEST_GROUP_ROWS, Math.min(MOST_GROUP_ROWS, rows));
  return `(FORMAT parquet, COMPRESSION ${compression}, USE_TMP_FILE false, RETURN_STATS ${statistics}, ROW_GROUP_SIZE ${groupRows})`;
}
