import type { FilterComparison, FilterValue } from './filter-ast.ts';
import { numberIn } from './filter-values.ts';
import { RunFilterError } from './run-expression.ts';
import type { TextMatch } from './run-predicate.ts';

const EQUAL = ['=', '!='] as const;
const ORDERED = ['<', '<=', '>', '>='] as const;
const LIKE = ['LIKE', 'ILIKE', 'NOT LIKE', 'NOT ILIKE'] as const;

/**
 * How a text is compared.
 *
 * @param ordered whether `<` and its like make sense
 * @throws RunFilterError
 */
export function readTextMatch(
  { field, comparator, writtenComparator, value, ...span }: FilterComparison,
  ordered: boolean,
): TextMatch {
  if (comparator === 'IS NULL' || comparator === 'IS NOT NULL') return { operator: comparator };
  if (comparator === 'IN' || comparator === 'NOT IN')
    return { operator: comparator, texts: value!.kind === 'list' ? value!.items.map(plainText) : [] };
  const operators = [...EQUAL, ...(ordered ? ORDERED : []), ...LIKE];
  const operator = operators.find((each) => each === comparator);
  if (operator === undefined) {
    const name = field.entity === null ? field.key : `${field.entity}.${field.key}`;
    throw new RunFilterError(
      `${name} is a text and cannot be compared with ${writtenComparator}; use one of ${[...operators, 'IN', 'IS NULL'].join(', ')}.`,
      span,
    );
  }
  if (value!.kind === 'list') {
    throw new RunFilterError(`A list at column ${value!.start + 1} goes with IN or NOT IN.`, value!);
  }
  return { operator, text: plainText(value!), number: numberOf(operator, value!) };
}

function plainText(value: FilterValue): string {
  return value.kind === 'text' ? value.text : value.raw;
}

/** A number in quotes is a text where equality is asked for, as it is to MLflow, which has no other comparison of parameters. */
function numberOf(comparator: string, value: FilterValue): number | null {
  if (value.kind === 'number') return value.value;
  return value.kind === 'text' && /[<>]/.test(comparator) ? numberIn(value.text) : null;
}
