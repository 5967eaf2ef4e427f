import type {
  DataCheckEngine,
  FilesOfRows,
  JudgeRequest,
  PackedAssignment,
  PartView,
} from '../../../app/kernel/ports/data-checks.ts';
import type { CrossedError } from '../worker-messages.ts';

/** What the core's thread asks of a thread that ends with the answer. */
export type ChecksRequest =
  | { readonly call: 'judge'; readonly request: JudgeRequest }
  | { readonly call: 'split'; readonly request: Parameters<DataCheckEngine['split']>[0] }
  | { readonly call: 'leakage'; readonly request: Parameters<DataCheckEngine['leakage']>[0] }
  | {
      readonly call: 'rows';
      readonly assignment: PackedAssignment;
      readonly part: number;
      readonly offset: number;
      readonly limit: number;
    }
  | {
      readonly call: 'layOut';
      readonly assignment: PackedAssignment;
      readonly views: readonly PartView[];
      readonly folder: string;
      readonly files: FilesOfRows | null;
    };

/** The only message to it. */
export const ABORT = 'abort';

export type FromChecks =
  | { readonly kind: 'progress'; readonly fraction: number; readonly message: string }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: CrossedError };
