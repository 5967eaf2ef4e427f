import type { Failure } from '../../contract/jobs.contract.ts';
import type { Signature } from '../../contract/models.contract.ts';
import type { RecentRequest } from '../../contract/serving.contract.ts';

/** One endpoint as the inference server knows it. It is never told where the model's file lies. */
export interface ServedEndpoint {
  readonly id: string;
  /** The model name of the protocol: what stands in the URL. */
  readonly name: string;
  readonly version: number;
  readonly signature: Signature;
  readonly labels: readonly string[] | null;
  /** Where the model's worker listens. */
  readonly socketPath: string;
}

/** What an endpoint did since it was added; the counts and latencies are of `infer`, `recent` is of every call. */
export interface MeterSnapshot {
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  /** 60 counts; the last is of `minute`, in whole minutes since 1970. */
  readonly perMinute: readonly number[];
  readonly minute: number;
  /** Newest first. */
  readonly recent: readonly RecentRequest[];
}

/** From the core. Each is answered once, by `ask`. */
export type ServerCommand = { readonly ask: number } & (
  | {
      readonly type: 'listen';
      readonly port: number;
      /** SHA-256 of the accepted tokens, in hex: the tokens themselves never come here. */
      readonly tokenHashes: readonly string[];
      readonly version: string;
    }
  /** Connect to the worker, then answer for this name by it; a name that is there already switches over. */
  | { readonly type: 'add'; readonly endpoint: ServedEndpoint }
  | { readonly type: 'remove'; readonly endpointId: string }
  | { readonly type: 'stats'; readonly endpointId: string }
);

/** To the core. */
export type ServerMessage =
  /** `value`: the port of `listen`, the snapshot (or null) of `stats`. */
  | { readonly type: 'answer'; readonly ask: number; readonly ok: true; readonly value: unknown }
  | { readonly type: 'answer'; readonly ask: number; readonly ok: false; readonly failure: Failure }
  /** The last request that went to this worker is answered; it may end. */
  | { readonly type: 'drained'; readonly socketPath: string }
  /** At most once a second for each endpoint, while it changes. */
  | { readonly type: 'stats'; readonly endpointId: string; readonly snapshot: MeterSnapshot };
