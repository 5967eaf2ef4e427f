import type { CheckOutcome, ExpectationDraft } from '../../contract/data-checks.contract.ts';
import type { DataSplitSpec, DatasetSplit, LeakageReport } from '../../contract/data-splits.ts';
import type { Digest } from '../../contract/ids.ts';

/** A table as its Parquet file has it. */
export interface JudgeRequest {
  readonly tablePath: string;
  readonly drafts: readonly ExpectationDraft[];
  /** By the place of each drift check among the drafts: the table to compare with, or why there is none. */
  readonly references: Readonly<Record<number, { readonly tablePath: string } | { readonly fault: string }>>;
  readonly nowMs: number;
}

/** An outcome before it belongs to an expectation. */
export type Judgement = Omit<CheckOutcome, 'expectationId'>;

/** Which part each row is in, made by `DataCheckEngine.split`: about a bit a row for a split into train, validation and test. */
export type PackedAssignment = Uint8Array;

export interface MadeSplit {
  /** As asked for, `ignore` filled in. */
  readonly spec: DataSplitSpec;
  readonly assignment: PackedAssignment;
  readonly digest: Digest;
  readonly rows: number;
  readonly parts: DatasetSplit['parts'];
  readonly classes: DatasetSplit['classes'];
  readonly leakage: LeakageReport;
}

/** A part as programs see it: the rows of these parts of the split, by their places. */
export interface PartView {
  readonly name: string;
  readonly of: readonly number[];
}

/** Where a table whose rows stand for files names them. */
export interface FilesOfRows {
  readonly tablePath: string;
  readonly column: string;
}

export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  /** @param fraction 0 to 1 */
  readonly onProgress?: ((fraction: number, message: string) => void) | undefined;
}

/**
 * What needs a look at a whole table: checks, splits, leakage. Work runs off the caller's thread, in bounded memory, and may be aborted; what
 * does not fit the memory is spilled beside the table.
 */
export interface DataCheckEngine {
  /** One judgement for each draft, in their order. @throws AppError TOO_LARGE, DISK_FULL, STORAGE_FAILED */
  judge(request: JudgeRequest, options?: CheckOptions): Promise<readonly Judgement[]>;
  /**
   * Put every row into a part. The same table, spec and seed give the same assignment, on every machine.
   *
   * @throws AppError INVALID_INPUT for columns that are not there or do not fit, and for fewer rows or groups than parts
   */
  split(
    request: { readonly tablePath: string; readonly spec: DataSplitSpec },
    options?: CheckOptions,
  ): Promise<MadeSplit>;
  leakage(
    request: {
      readonly tablePath: string;
      readonly spec: DataSplitSpec;
      readonly assignment: PackedAssignment;
      /** Named by someone: what crosses by them is a leak. Without a word on them, Lathe looks for such columns. */
      readonly groups?: readonly string[] | undefined;
      readonly time?: string | undefined;
    },
    options?: CheckOptions,
  ): Promise<LeakageReport>;
  /** Numbers of the part's rows from `offset` on, ascending. */
  rows(
    assignment: PackedAssignment,
    part: number,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly rows: readonly number[]; readonly totalRows: number }>;
  /**
   * Write `<name>.npy` for each view (row numbers, int64, ascending) into a folder that is there and empty, and where rows stand for files
   * `<name>.files.jsonl` (their names, a JSON text to a line, in the same order; null for a row without one); flushed to the disk.
   */
  layOut(
    assignment: PackedAssignment,
    views: readonly PartView[],
    folder: string,
    files: FilesOfRows | null,
  ): Promise<void>;
  /** Calls under way are aborted. */
  close(): Promise<void>;
}
