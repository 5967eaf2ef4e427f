import type { Event, SubjectKind } from '../contract/events.contract.ts';

/**
 * The audit log: one line for everything that changed, chained by hash. `append` is called inside the transaction
 * that makes the change, so that neither exists without the other; listeners hear of it after the commit.
 */
export interface EventLog {
  append(
    kind: string,
    subject: { readonly kind: SubjectKind; readonly id: string },
    data?: Record<string, unknown>,
  ): void;
  /** Newest first, before `before` if given. */
  list(options: { readonly before?: number; readonly limit: number }): Event[];
  /** Everything after `after` (or from now on), then what happens, until `signal` aborts. */
  watch(after: number | undefined, signal: AbortSignal | undefined): AsyncGenerator<Event, void, void>;
  /** Call `listener` for every event from now on, after its commit. */
  subscribe(listener: (event: Event) => void): () => void;
  /** Recompute the chain. */
  verify(): { readonly ok: boolean; readonly events: number; readonly firstBadSeq: number | null };
}
