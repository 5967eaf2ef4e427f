import type { RunOrder } from '../../../contract/run-filter/index.ts';
import type { SqlValue } from '../../../kernel/ports/database.ts';
import { type Fragment, fragment } from './fragment.ts';
import { numberAttributes, textAttributes } from './match-sql.ts';
import { numberSql, PARAM_TEXT } from './param-sql.ts';

/** What one entry of an order adds to a statement. */
export interface OrderSql {
  readonly join: Fragment | null;
  /** Sorted by one after the other; `value` may have bound values. */
  readonly keys: readonly (Fragment & { readonly direction: 'ASC' | 'DESC' })[];
}

/**
 * A run that has no value comes last in either direction; before it one whose metric is NaN. Parameters and tags that are numbers
 * come before those that are texts.
 *
 * @param index among the entries of the order
 */
export function orderSql({ by, descending }: RunOrder, index: number, nowMs: number): OrderSql {
  const direction = descending ? 'DESC' : 'ASC';
  const up = (sql: string, ...parameters: SqlValue[]) =>
    ({ ...fragment(sql, ...parameters), direction: 'ASC' }) as const;
  const key = (sql: string, ...parameters: SqlValue[]) =>
    ({ ...fragment(sql, ...parameters), direction }) as const;
  if (by.kind === 'attribute') {
    const value = attributeSql(by.attribute, nowMs);
    return {
      join: null,
      keys: [up(`${value.sql} IS NULL`, ...value.parameters), key(value.sql, ...value.parameters)],
    };
  }
  const name = `o${index}`;
  const table = { metric: 'metric_keys', param: 'run_params', tag: 'run_tags' }[by.kind];
  const join = fragment(`LEFT JOIN ${table} ${name} ON ${name}.run_id = r.id AND ${name}.key = ?`, by.key);
  if (by.kind === 'metric') {
    const value = `${name}.last_value`;
    return { join, keys: [up(`CASE WHEN ${name}.key IS NULL THEN 2 ELSE ${value} IS NULL END`), key(value)] };
  }
  const text = by.kind === 'param' ? `(${PARAM_TEXT.replaceAll('x.', `${name}.`)})` : `${name}.value`;
  const number = numberSql(text);
  return {
    join,
    keys: [up(`CASE WHEN ${name}.key IS NULL THEN 2 ELSE (${number}) IS NULL END`), key(number), key(text)],
  };
}

function attributeSql(
  attribute: Extract<RunOrder['by'], { kind: 'attribute' }>['attribute'],
  nowMs: number,
): Fragment {
  switch (attribute) {
    case 'status':
      return fragment('r.status');
    // A run that waits stands where it would start.
    case 'started':
      return fragment('COALESCE(r.started_at, r.created_at)');
    case 'ended':
      return fragment('r.ended_at');
    case 'created':
      return fragment('r.created_at');
    case 'duration':
      return fragment(`(${numberAttributes.duration})`, nowMs);
    case 'name':
    case 'experiment':
      return fragment(`${textAttributes[attribute]} COLLATE NOCASE`);
    default:
      return fragment(`(${textAttributes[attribute]})`);
  }
}
