import type { Progress } from '../../app/contract/wire.ts';
import type { FormatFile } from '../../app/kernel/ports/data-format.ts';
import type { DuckdbQuery, SqliteQuery, TextTable } from '../../app/kernel/ports/database-queries.ts';
import type { CrossedError } from '../tables/worker-messages.ts';

/** What the core's thread asks of the formats' thread. */
export type FormatsRequest =
  /** Answered with the name of the first format that says yes, or null. */
  | { readonly call: 'recognise'; readonly files: readonly FormatFile[] }
  | {
      readonly call: 'tabulate';
      readonly format: string;
      readonly files: readonly FormatFile[];
      readonly destinationPath: string;
    }
  | { readonly call: 'duckdb'; readonly query: DuckdbQuery }
  | { readonly call: 'sqlite'; readonly query: SqliteQuery }
  | { readonly call: 'text-table'; readonly table: TextTable };

export type ToFormats =
  | { readonly kind: 'request'; readonly id: number; readonly request: FormatsRequest }
  | { readonly kind: 'abort'; readonly id: number };

export type FromFormats =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: CrossedError };
