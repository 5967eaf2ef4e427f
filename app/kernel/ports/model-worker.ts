import type { Failure } from '../../contract/jobs.contract.ts';
import type { Signature } from '../../contract/models.contract.ts';
import type { InspectedModel } from './models.ts';

/**
 * What a worker of entry `model` tells the core. `serve <model> <socket> <threads>` loads the file, listens on the
 * socket (see tensor-frames.ts) and says `ready`; `inspect <model>` says `inspected` and ends. Either may say `failed`
 * and end instead.
 */
export type ModelWorkerMessage =
  | { readonly type: 'ready'; readonly signature: Signature }
  | { readonly type: 'inspected'; readonly model: InspectedModel }
  /** Resident memory, now and then while it changes. */
  | { readonly type: 'memory'; readonly rssBytes: number }
  | { readonly type: 'failed'; readonly failure: Failure };
