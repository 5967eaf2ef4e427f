import type { FilterComparison, FilterField, Span } from './filter-ast.ts';

/** Lathe's filter as it was written: MLflow's comparisons, joined by AND, OR, NOT and parentheses, and words to look for. */
export type RunExpression = Span &
  (
    | { readonly kind: 'all' | 'any'; readonly parts: readonly RunExpression[] }
    | { readonly kind: 'not'; readonly part: RunExpression }
    | { readonly kind: 'comparison'; readonly comparison: FilterComparison }
    /** `data.digits`, `model.mlp@3`, `tags.good`: that the run has it. */
    | { readonly kind: 'has'; readonly field: FilterField }
    /** A bare word or a quoted text. */
    | { readonly kind: 'text'; readonly text: string }
  );

/** A filter or an order that cannot be understood. */
export class RunFilterError extends Error {
  readonly span: Span;
  /** What was probably meant is among these, where that is known. */
  readonly candidates: readonly string[];
  /** The word that they stand for. */
  readonly found: string;

  constructor(message: string, span: Span, candidates: readonly string[] = [], found = '') {
    super(message);
    this.name = 'RunFilterError';
    this.span = { start: span.start, end: span.end };
    this.candidates = candidates;
    this.found = found;
  }
}

/** @param text the whole filter */
export function unexpected(text: string, { start, end }: Span, expected: string): RunFilterError {
  const found = text.slice(start, end);
  return new RunFilterError(
    found === ''
      ? `The text ends at column ${start + 1} where ${expected} was expected.`
      : `"${found}" at column ${start + 1} was found where ${expected} was expected.`,
    { start, end },
  );
}
