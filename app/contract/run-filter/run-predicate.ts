import type { JobState } from '../jobs.contract.ts';
import type { NumberAttribute, TextAttribute } from './run-fields.ts';

export type Ordering = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** How a text is compared. LIKE heeds capitals, ILIKE does not; `%` stands for any letters and `_` for one. */
export type TextMatch =
  | {
      readonly operator: Ordering | 'LIKE' | 'ILIKE' | 'NOT LIKE' | 'NOT ILIKE';
      readonly text: string;
      readonly number: number | null;
    }
  | { readonly operator: 'IN' | 'NOT IN'; readonly texts: readonly string[] }
  | { readonly operator: 'IS NULL' | 'IS NOT NULL' };

/**
 * What a filter means, with every name resolved and every value read. What a run does not have fulfils no comparison but
 * IS NULL.
 */
export type RunPredicate =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly RunPredicate[] }
  | { readonly kind: 'not'; readonly part: RunPredicate }
  /** In the run's name, experiment, template, tags (its note is one) or parameters, whatever the capitals. */
  | { readonly kind: 'text'; readonly text: string }
  /** The last value; NaN equals NaN and is neither smaller nor greater than anything. */
  | { readonly kind: 'metric'; readonly key: string; readonly operator: Ordering; readonly value: number }
  | {
      readonly kind: 'metric';
      readonly key: string;
      readonly operator: 'IN' | 'NOT IN';
      readonly values: readonly number[];
    }
  | { readonly kind: 'metric'; readonly key: string; readonly operator: 'IS NULL' | 'IS NOT NULL' }
  /** As numbers where both sides are numbers, as texts otherwise; `number` is null for a value in quotes. */
  | { readonly kind: 'param' | 'tag'; readonly key: string; readonly match: TextMatch }
  | { readonly kind: 'attribute'; readonly attribute: TextAttribute; readonly match: TextMatch }
  /** Epoch milliseconds, or milliseconds for a duration. */
  | {
      readonly kind: 'number';
      readonly attribute: NumberAttribute;
      readonly operator: Ordering;
      readonly value: number;
    }
  | {
      readonly kind: 'number';
      readonly attribute: NumberAttribute;
      readonly operator: 'IS NULL' | 'IS NOT NULL';
    }
  | { readonly kind: 'status'; readonly states: readonly JobState[] }
  /** A data set that the run read; `version` is a number, or the digest of a client's data set. */
  | { readonly kind: 'data'; readonly name: string; readonly version: string | null }
  /** MLflow's `dataset.name`, `dataset.digest` and `dataset.context`. */
  | { readonly kind: 'dataset'; readonly key: 'name' | 'digest' | 'context'; readonly match: TextMatch }
  /** A registered or logged model that the run made. */
  | { readonly kind: 'model'; readonly name: string; readonly version: number | null };

export interface RunOrder {
  readonly by:
    | { readonly kind: 'metric' | 'param' | 'tag'; readonly key: string }
    | { readonly kind: 'attribute'; readonly attribute: TextAttribute | NumberAttribute | 'status' };
  readonly descending: boolean;
}
