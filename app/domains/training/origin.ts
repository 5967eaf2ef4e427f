import type { CodeSnapshot } from '../../contract/execution.ts';
import type { RunId } from '../../contract/ids.ts';

/** What a run comes from. */
export interface Origin {
  readonly parent: RunId | null;
  readonly reproduces: RunId | null;
  /** Code to run instead of what lies in the folder now. */
  readonly code: CodeSnapshot | null;
}
