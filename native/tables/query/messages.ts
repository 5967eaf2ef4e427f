import type { Answer, Question } from '../../../app/kernel/ports/query-engine.ts';
import type { CrossedError } from '../worker-messages.ts';

/** A question as it crosses to the thread; the rows of its fed table follow in batches as they are asked for. */
export type CrossedQuestion = Omit<Question, 'fed'> & {
  readonly fed: { readonly name: string; readonly columns: readonly string[] } | null;
};

export type ToQuery =
  | { readonly kind: 'batch'; readonly columns: readonly Float64Array[] | null }
  | { readonly kind: 'abort' };

export type FromQuery =
  | { readonly kind: 'next' }
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly error: CrossedError };
