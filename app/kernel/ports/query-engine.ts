import type { Cell } from '../../contract/wire.ts';

/** Numbers are doubles, whole ones too: views cast them. Null is allowed in every column but those of a fed table. */
export type QueryColumnType = 'text' | 'number';

export interface QueryColumn {
  readonly name: string;
  readonly type: QueryColumnType;
}

/** A table that is filled with the rows of a statement over a SQLite file. */
export interface StoredTable {
  readonly name: string;
  readonly columns: readonly QueryColumn[];
  /** Gives the columns in their order; `@name` stands for a parameter. */
  readonly select: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A table of numbers that the asker fills: batches of columns of equal length, taken one by one as there is room. */
export interface FedTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly batches: Iterable<readonly Float64Array[]>;
}

export interface Question {
  readonly databasePath: string;
  readonly stored: readonly StoredTable[];
  readonly fed: FedTable | null;
  /** Statements that make the views of these tables. */
  readonly views: readonly string[];
  /** One statement that only reads; from outside. */
  readonly query: string;
  /** More rows than these are not read, and `truncated` says so. */
  readonly limit: number;
  /** Filling the tables counts. */
  readonly timeLimitMs: number;
  /** Where it may put what does not fit its memory; nothing is left there. */
  readonly spillFolder: string;
}

export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Cell[])[];
  readonly truncated: boolean;
}

/** SQL over tables that exist for one question: whatever the query says, it reaches these and nothing else. */
export interface QueryEngine {
  /**
   * @throws AppError INVALID_INPUT for a query that is wrong or does more than read, TIME_LIMIT, TOO_LARGE, DISK_FULL
   */
  ask(question: Question, signal?: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}
