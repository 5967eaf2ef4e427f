import type { SqlValue } from '../../../kernel/ports/database.ts';

/** A condition in SQL with the values that are bound in it, in order. */
export interface Fragment {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export const fragment = (sql: string, ...parameters: SqlValue[]): Fragment => ({ sql, parameters });

/** A condition that may be unknown to SQL, made one that is true or false, so that NOT means the contrary. */
export const holds = (sql: string, ...parameters: SqlValue[]): Fragment =>
  fragment(`(${sql}) IS TRUE`, ...parameters);

export const all = (parts: readonly Fragment[]): Fragment => joined(parts, ' AND ');
export const any = (parts: readonly Fragment[]): Fragment => joined(parts, ' OR ');

const joined = (parts: readonly Fragment[], by: string): Fragment =>
  parts.length === 1
    ? parts[0]!
    : {
        sql: `(${parts.map(({ sql }) => `(${sql})`).join(by)})`,
        parameters: parts.flatMap(({ parameters }) => parameters),
      };
