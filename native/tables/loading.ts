import type { DuckDBConnection } from '@duckdb/node-api';
import { fromDuckdb, list } from './duckdb-session.ts';
import { malformed } from './malformed.ts';
import type { TextSource } from './text-chunks.ts';

export type Guess = 'numbers and times' | 'times' | 'nothing';

/** What a reader of one format hands over: how to load the table, and how many rows there must be. */
export interface TablePlan {
  readonly select: string;
  readonly columns: number;
  readonly longestRecordBytes: number;
  /** Null where the format's own count is taken. */
  readonly rows: number | null;
  /** Whether a column of texts may become one of numbers or times: a format with types of its own has decided. */
  readonly guess: Guess;
}

export interface PlanOptions {
  /**
   * Ask a DuckDB that reaches the files. It is one for each call, with the memory for such a table: what it holds of files whose types it
   * found is given back before others are read and the table is written.
   */
  readonly ask: <T>(
    table: { readonly columns: number; readonly longestRecordBytes: number },
    question: (connection: DuckDBConnection) => Promise<T>,
  ) => Promise<T>;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** DuckDB's words for a file that it cannot read, with the user's name of the file in place of ours. */
export function asMalformed(error: unknown, sources: readonly TextSource[]): unknown {
  if (!(error instanceof Error) || /^(Out of Memory|INTERRUPT)/.test(error.message)) return error;
  // The table is written while it is read.
  if (error.message.startsWith('IO Error') && fromDuckdb(error) !== error) return error;
  const guilty = sources.find((source) => error.message.includes(source.path)) ?? sources[0]!;
  const line = /\bline:? (\d+)/i.exec(error.message)?.[1];
  const words = sources
    .reduce((message, source) => message.replaceAll(source.path, source.name), error.message)
    .split('\n')[0]!
    .replace(/^[A-Za-z ]*Error: /, '')
    .replace(/[.\s]+$/, '');
  return malformed(
    guilty.name,
    line === undefined ? null : Number(line),
    words,
    'Check that the file is complete, or write it again with the program that made it.',
  );
}

/** A list of paths for a reader's first argument. */
export function pathsOf(sources: readonly TextSource[]): string {
  return list(sources.map((source) => source.path));
}
