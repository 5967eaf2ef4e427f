import type { ExportFormat } from '../../../app/contract/data-sql.contract.ts';
import type { VersionQuery } from '../query/version-session.ts';
import type { CrossedError } from '../worker-messages.ts';

/** What a thread that looks at tables is started with. Paths are of Parquet files; the spill folder is its own and is removed. */
export type LookRequest =
  | { readonly call: 'statistics'; readonly path: string; readonly spillFolder: string }
  | { readonly call: 'classes'; readonly path: string; readonly column: string; readonly spillFolder: string }
  | {
      readonly call: 'duplicates';
      readonly path: string;
      readonly ignored: readonly string[];
      readonly threshold: number | null;
      readonly spillFolder: string;
    }
  | {
      readonly call: 'difference';
      readonly before: string;
      readonly after: string;
      readonly key: readonly string[] | null;
      readonly spillFolder: string;
    }
  | {
      readonly call: 'drift';
      readonly before: string;
      readonly after: string;
      /** All that both have where it is null. */
      readonly columns: readonly string[] | null;
      readonly spillFolder: string;
    }
  | ({
      readonly call: 'query';
      readonly limit: number;
      readonly mostRows: number;
      readonly resultPath: string;
    } & VersionQuery)
  | ({ readonly call: 'export'; readonly filePath: string; readonly format: ExportFormat } & VersionQuery);

/** The only message to it. */
export const ABORT = 'abort';

export type FromLook =
  | { readonly kind: 'progress'; readonly fraction: number; readonly message: string }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: CrossedError };
