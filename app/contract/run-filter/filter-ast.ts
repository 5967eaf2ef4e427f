/** Where something stands in the text: UTF-16 offsets, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is compared: `metrics.loss`, tags.`my tag`, `status`. */
export interface FilterField extends Span {
  /** What stands before the first dot, as written; null where there is no dot. */
  readonly entity: string | null;
  /** The rest without its quotes. */
  readonly key: string;
}

export type FilterValue = Span &
  (
    | { readonly kind: 'text'; readonly text: string; readonly raw: string }
    | {
        readonly kind: 'number';
        readonly value: number;
        readonly isInteger: boolean;
        readonly raw: string;
      }
    | { readonly kind: 'list'; readonly items: readonly FilterValue[]; readonly raw: string }
    /** A bare word where a value belongs. */
    | { readonly kind: 'word'; readonly raw: string }
  );

export interface FilterComparison extends Span {
  readonly field: FilterField;
  /** Upper case: `=`, `!=`, `<`, `<=`, `>`, `>=`, `LIKE`, `ILIKE`, `IN`, `NOT IN`, `IS NULL`, `IS NOT NULL`, or another that was written. */
  readonly comparator: string;
  /** The same as it was written. */
  readonly writtenComparator: string;
  /** Null for IS NULL and IS NOT NULL. */
  readonly value: FilterValue | null;
}

/** Comparisons that must all hold. */
export interface Filter {
  readonly comparisons: readonly FilterComparison[];
}

/** A text that is no filter. `message` says what was found, and `expected` what could stand there. */
export class FilterSyntaxError extends Error {
  readonly span: Span;
  readonly found: string;
  readonly expected: string;

  constructor(text: string, span: Span, expected: string) {
    const found = text.slice(span.start, span.end);
    super(
      found === ''
        ? `The filter ends at column ${span.start + 1} where ${expected} was expected.`
        : `"${found}" at column ${span.start + 1} was found where ${expected} was expected.`,
    );
    this.name = 'FilterSyntaxError';
    this.span = span;
    this.found = found;
    this.expected = expected;
  }
}
