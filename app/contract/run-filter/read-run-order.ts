import { lexExpression } from './lex-expression.ts';
import { readRunField } from './read-run-field.ts';
import { RunFilterError, unexpected } from './run-expression.ts';
import type { RunOrder } from './run-predicate.ts';

/** Orders that SQLite sorts at once; more would say nothing. */
const MAX_ORDERS = 10;

/**
 * An order such as `metrics.loss, started desc`: fields with `asc`, `desc` or nothing after each.
 *
 * @param descending what an entry without a direction means
 * @throws RunFilterError
 */
export function readRunOrder(text: string, descending: boolean): RunOrder[] {
  const tokens = lexExpression(text);
  const orders: RunOrder[] = [];
  let position = 0;
  if (tokens[0]!.kind === 'end') return orders;
  for (;;) {
    const token = tokens[position++]!;
    if (token.kind !== 'word' && token.kind !== 'text')
      throw unexpected(text, token, 'a field such as metrics.loss');
    const word = tokens[position]!.raw.toUpperCase();
    const directed = word === 'ASC' || word === 'DESC';
    if (directed) position += 1;
    orders.push({
      by: readRunField(token.raw, token.start),
      descending: directed ? word === 'DESC' : descending,
    });
    const next = tokens[position++]!;
    if (next.kind === 'end') break;
    if (next.kind !== 'comma')
      throw unexpected(text, next, directed ? '"," or the end' : 'asc, desc, "," or the end');
  }
  if (orders.length > MAX_ORDERS) {
    throw new RunFilterError(`An order names at most ${MAX_ORDERS} fields.`, { start: 0, end: text.length });
  }
  return orders;
}
