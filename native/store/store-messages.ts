import type { StoreProgress } from '../../app/kernel/ports/data-store.ts';
import type { CrossedError } from '../tables/worker-messages.ts';
import type { StorePaths } from './store-paths.ts';

/** What the store's own thread is started with. */
export interface StoreThreadData {
  readonly paths: StorePaths;
  readonly threads: number;
}

export type ToStore =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly name: string;
      readonly parameters: readonly unknown[];
    }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'close' };

export type FromStore =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: StoreProgress }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: CrossedError };
