import type { Column, ColumnType } from '../../../app/contract/datasets.contract.ts';
import { sqlTypes } from '../column-types.ts';
import { identifier } from '../duckdb-session.ts';

/** A column that both tables have, and how its values become comparable. */
export interface CommonColumn {
  readonly name: string;
  /** What it is compared as. */
  readonly type: ColumnType;
  /** SQL of its value in each table, in that type. */
  readonly beforeValue: string;
  readonly afterValue: string;
}

/** In the later table's order. Whole numbers and others are compared as numbers, any other pair of types as texts. */
export function commonColumns(before: readonly Column[], after: readonly Column[]): CommonColumn[] {
  const earlier = new Map(before.map((column) => [column.name, column.type]));
  return after.flatMap(({ name, type }) => {
    const was = earlier.get(name);
    if (was === undefined) return [];
    const common = commonType(was, type);
    const value = (own: ColumnType) =>
      own === common ? identifier(name) : `CAST(${identifier(name)} AS ${sqlTypes[common]})`;
    return [{ name, type: common, beforeValue: value(was), afterValue: value(type) }];
  });
}

function commonType(a: ColumnType, b: ColumnType): ColumnType {
  if (a === b) return a;
  const isNumber = (type: ColumnType) => type === 'integer' || type === 'number';
  return isNumber(a) && isNumber(b) ? 'number' : 'text';
}
