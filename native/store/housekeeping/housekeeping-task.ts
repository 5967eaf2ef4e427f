import type { Digest } from '../../../app/contract/ids.ts';
import type {
  Collected,
  CollectRequest,
  StoreDamage,
  StoreRoots,
  StoreUsage,
} from '../../../app/kernel/ports/data-store.ts';
import type { CrossedError } from '../../tables/worker-messages.ts';
import type { StorePaths } from '../store-paths.ts';
import type { PacksToRead, ReadPacks } from './read-packs.ts';
import type { Copy } from './repair-steps.ts';

/** What the housekeeping thread can be started for; it does one thing and ends. */
export type HousekeepingTask =
  | { readonly kind: 'usage'; readonly things: readonly StoreRoots[] }
  | ({ readonly kind: 'packs' } & PacksToRead)
  | { readonly kind: 'check'; readonly roots: StoreRoots | null; readonly read: readonly ReadPacks[] }
  | { readonly kind: 'collect'; readonly request: CollectRequest; readonly nowMs: number }
  | { readonly kind: 'index' }
  | { readonly kind: 'mend'; readonly packs: readonly string[] }
  | { readonly kind: 'rebuild' }
  | { readonly kind: 'copies'; readonly manifests: readonly Digest[]; readonly copies: readonly Copy[] }
  | { readonly kind: 'drop'; readonly damage: readonly StoreDamage[] };

export interface HousekeepingResults {
  readonly usage: StoreUsage;
  readonly packs: ReadPacks;
  readonly check: readonly StoreDamage[];
  readonly collect: Collected;
  /** Why the index cannot be read. */
  readonly index: string | null;
  readonly mend: null;
  readonly rebuild: null;
  readonly copies: readonly Copy[];
  readonly drop: null;
}

export interface HousekeepingData {
  readonly paths: StorePaths;
  readonly task: HousekeepingTask;
  /** Not 0 once it should stop. */
  readonly abort: Int32Array<SharedArrayBuffer>;
}

export type FromHousekeeping =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number | null }
  | { readonly kind: 'done'; readonly result: HousekeepingResults[keyof HousekeepingResults] }
  | { readonly kind: 'failed'; readonly error: CrossedError };
