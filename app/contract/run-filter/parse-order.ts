import { fieldOf } from './field-of.ts';
import { type FilterField, FilterSyntaxError } from './filter-ast.ts';
import { lexFilter } from './lex-filter.ts';

export interface Order {
  readonly field: FilterField;
  readonly descending: boolean;
}

/**
 * Parse one entry of an order: a field, then `ASC` or `DESC` or nothing.
 *
 * @throws FilterSyntaxError
 */
export function parseOrder(text: string): Order {
  const [name, direction, end] = lexFilter(text);
  if (name?.kind !== 'word') throw new FilterSyntaxError(text, name!, 'a field such as metrics.loss');
  const word = direction!.raw.toUpperCase();
  if (direction!.kind !== 'end' && (direction!.kind !== 'word' || (word !== 'ASC' && word !== 'DESC'))) {
    throw new FilterSyntaxError(text, direction!, 'ASC, DESC or the end');
  }
  if (end !== undefined && end.kind !== 'end') throw new FilterSyntaxError(text, end, 'the end');
  return { field: fieldOf(name), descending: word === 'DESC' };
}
