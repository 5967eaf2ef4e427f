export {
  type Completion,
  type CompletionOption,
  complete,
  type FilterCandidates,
} from './complete-filter.ts';
export {
  type Filter,
  type FilterComparison,
  type FilterField,
  FilterSyntaxError,
  type FilterValue,
} from './filter-ast.ts';
export { parseFilter } from './parse-filter.ts';
export { type Order, parseOrder } from './parse-order.ts';
export { quotedField } from './quoted-field.ts';
export { type RunField, readRunField } from './read-run-field.ts';
export { readRunFilter } from './read-run-filter.ts';
export { readRunOrder } from './read-run-order.ts';
export { RunFilterError } from './run-expression.ts';
export type { NumberAttribute, TextAttribute } from './run-fields.ts';
export type { Ordering, RunOrder, RunPredicate, TextMatch } from './run-predicate.ts';
