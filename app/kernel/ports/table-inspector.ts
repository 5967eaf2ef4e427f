import type { Drift } from '../../contract/data-drift.ts';
import type { ExportFormat, ResultColumn } from '../../contract/data-sql.contract.ts';
import type {
  ClassBalance,
  ColumnStatistics,
  DuplicateReport,
  RowCondition,
  RowOrder,
  TableDiff,
} from '../../contract/data-tables.contract.ts';
import type { Cell } from '../../contract/wire.ts';

export interface LookOptions {
  readonly signal?: AbortSignal | undefined;
  /** @param fraction 0 to 1 */
  readonly onProgress?: ((fraction: number, message: string) => void) | undefined;
}

/** A query over Parquet files, each under the name that the query calls it. */
export interface TableQuery {
  readonly tables: readonly { readonly name: string; readonly path: string }[];
  /** Names that could have stood in the query, for its faults. */
  readonly known: readonly string[];
  readonly query: string;
  readonly timeLimitMs: number;
  readonly spillFolder: string;
}

/**
 * Looks at tables off the core's thread, in bounded memory; every call may be aborted. Paths are of Parquet files. A spill folder is the
 * call's own: it is made at need and nothing is left there. Faults are AppErrors: INVALID_INPUT for what does not fit the table,
 * TOO_LARGE, DISK_FULL, STORAGE_FAILED.
 */
export interface TableInspector {
  statistics(path: string, spillFolder: string, options?: LookOptions): Promise<readonly ColumnStatistics[]>;
  classes(path: string, column: string, spillFolder: string, signal?: AbortSignal): Promise<ClassBalance>;
  duplicates(
    path: string,
    asked: { readonly ignored: readonly string[]; readonly threshold: number | null },
    spillFolder: string,
    options?: LookOptions,
  ): Promise<DuplicateReport>;
  /** @param key columns that name a row; null compares rows by content */
  difference(
    before: string,
    after: string,
    key: readonly string[] | null,
    spillFolder: string,
    options?: LookOptions,
  ): Promise<TableDiff>;
  /** Strongest first. @param columns all that both tables have where it is null */
  drift(
    before: string,
    after: string,
    columns: readonly string[] | null,
    spillFolder: string,
    options?: LookOptions,
  ): Promise<readonly Drift[]>;
  /**
   * The first `limit` rows; where there are more, all up to `mostRows` are in a Parquet file at `resultPath`.
   *
   * @throws AppError INVALID_INPUT for a query that is wrong or does more than read, TIME_LIMIT, NOT_READY while others are answered
   */
  query(
    asked: TableQuery & { readonly limit: number; readonly mostRows: number; readonly resultPath: string },
    signal?: AbortSignal,
  ): Promise<{
    readonly columns: readonly ResultColumn[];
    readonly rows: readonly (readonly Cell[])[];
    readonly totalRows: number;
    readonly truncated: boolean;
  }>;
  /** Everything that a query gives as one file, flushed to the disk. */
  export(
    asked: TableQuery & { readonly filePath: string; readonly format: ExportFormat },
    options?: LookOptions,
  ): Promise<{ readonly rows: number; readonly sizeBytes: number }>;
}

/** Pages of tables, from a DuckDB that is kept warm. */
export interface TableBrowser {
  browse(
    request: {
      readonly parquetPath: string;
      readonly offset: number;
      readonly limit: number;
      /** By name; all where it is null. */
      readonly columns: readonly string[] | null;
      /** Null: all rows in their order. */
      readonly choice: { readonly where: readonly RowCondition[]; readonly orderBy: RowOrder | null } | null;
      /** Whether NaN and the infinities are words, or missing values. */
      readonly words: boolean;
    },
    signal?: AbortSignal,
  ): Promise<{
    readonly rows: readonly (readonly Cell[])[];
    readonly rowNumbers: readonly number[];
    readonly totalRows: number;
    readonly matchingRows: number;
  }>;
}
