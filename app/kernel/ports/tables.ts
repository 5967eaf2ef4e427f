import type { Column, ColumnProfile } from '../../contract/datasets.contract.ts';
import type { Cell, Progress } from '../../contract/wire.ts';

/**
 * Tables as the core needs them. A table version is kept as its source files (content-addressed) plus a derived
 * Parquet file that every read uses. Work runs off the caller's thread; every call may be aborted.
 */
export interface Tables {
  /**
   * Read files of one table format (CSV, TSV, JSONL or Parquet, by extension) that share columns, in the given order,
   * and write one Parquet file. Faults of the data are DATA_MALFORMED (with `path`, `line` and the reason), empty
   * files and duplicate column names among them; bytes that are not UTF-8 are named with the line where they stand.
   *
   * @param sources `path` is read; `name` is what messages call it
   */
  convert(
    sources: readonly { readonly path: string; readonly name: string }[],
    destinationPath: string,
    options: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<{ readonly rows: number; readonly columns: readonly Column[] }>;
  /** Rows [offset, offset + limit) in the file's order. */
  page(parquetPath: string, offset: number, limit: number): Promise<readonly (readonly Cell[])[]>;
  profile(parquetPath: string, signal?: AbortSignal): Promise<readonly ColumnProfile[]>;
  close(): Promise<void>;
}
