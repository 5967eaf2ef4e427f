import type { SqlValue } from '../kernel/ports/database.ts';
import type { Condition } from '../kernel/ports/tracking.ts';

/** A piece of SQL with the values that are bound in it, in order. */
export interface Fragment {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** `expression` compared with a condition's value; LIKE heeds the case, as MLflow's does, and ILIKE does not. */
export function compare(
  expression: string,
  { comparator, value }: Pick<Condition, 'comparator' | 'value'>,
): Fragment {
  switch (comparator) {
    case 'LIKE':
      return { sql: `${expression} GLOB ?`, parameters: [globOf(String(value))] };
    case 'ILIKE':
      return { sql: `${expression} LIKE ?`, parameters: [String(value)] };
    case 'IN':
    case 'NOT IN':
      return {
        sql: `${expression} ${comparator} (SELECT value FROM json_each(?))`,
        parameters: [JSON.stringify(value)],
      };
    case 'IS NULL':
    case 'IS NOT NULL':
      return { sql: `${expression} ${comparator}`, parameters: [] };
    default:
      return { sql: `${expression} ${comparator} ?`, parameters: [value as string | number] };
  }
}

/** A condition on a table of keys and values: that a row with the key is there whose value compares so. */
export function compareKeyed(
  table: string,
  owner: string,
  column: string,
  expression: string,
  { key, ...condition }: Pick<Condition, 'key' | 'comparator' | 'value'>,
): Fragment {
  const from = `SELECT 1 FROM ${table} x WHERE x.${column} = ${owner} AND x.key = ?`;
  if (condition.comparator === 'IS NULL') return { sql: `NOT EXISTS (${from})`, parameters: [key] };
  if (condition.comparator === 'IS NOT NULL') return { sql: `EXISTS (${from})`, parameters: [key] };
  const inner = compare(expression, condition);
  return { sql: `EXISTS (${from} AND ${inner.sql})`, parameters: [key, ...inner.parameters] };
}

/** The pattern of LIKE as one of GLOB, which heeds the case whatever the connection is set to. */
function globOf(like: string): string {
  return like.replace(/[*?[]/g, '[$&]').replace(/%/g, '*').replace(/_/g, '?');
}

export const all = (fragments: readonly Fragment[]): Fragment => ({
  sql: fragments.map(({ sql }) => `(${sql})`).join(' AND ') || '1',
  parameters: fragments.flatMap(({ parameters }) => parameters),
});
