import type { ErrorCode, ErrorData } from '../../app/contract/errors.ts';
import type { Progress } from '../../app/contract/wire.ts';
import type { PageRequest } from './page-table.ts';
import type { TextSource } from './text-chunks.ts';

/** What the core's thread asks of the tables' thread. */
export type TablesRequest =
  | { readonly call: 'convert'; readonly sources: readonly TextSource[]; readonly destinationPath: string }
  | { readonly call: 'page'; readonly parquetPath: string; readonly offset: number; readonly limit: number }
  | { readonly call: 'browse'; readonly request: PageRequest }
  | { readonly call: 'profile'; readonly parquetPath: string };

export type ToTables =
  | { readonly kind: 'request'; readonly id: number; readonly request: TablesRequest }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'close' };

/** An error as it crosses threads: a declared fault in full, a bug as its words and stack, or an aborted call. */
export type CrossedError =
  | {
      readonly kind: 'fault';
      readonly code: ErrorCode;
      readonly message: string;
      readonly nextStep: string;
      readonly details: ErrorData['details'];
    }
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string }
  | { readonly kind: 'abort' };

export type FromTables =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: CrossedError };
