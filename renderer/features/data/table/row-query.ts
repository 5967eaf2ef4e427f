import type { RowCondition, RowOrder } from '../../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../../app/contract/datasets.contract.ts';
import type { Cell } from '../../../../app/contract/wire.ts';

export type ConditionKind = RowCondition['is'];

/** How the kinds of conditions are said, and which of them take no value. */
export const conditionWords: Readonly<Record<ConditionKind, string>> = {
  equal: '=',
  'not equal': '≠',
  less: '<',
  'at most': '≤',
  more: '>',
  'at least': '≥',
  contains: 'contains',
  missing: 'is missing',
  present: 'is present',
};
export const takesValue = (is: ConditionKind): boolean => is !== 'missing' && is !== 'present';

/** Which rows and columns of a table are looked at; what an address says of it. */
export interface RowQuery {
  readonly where: readonly RowCondition[];
  readonly orderBy: RowOrder | null;
  /** Null: all. */
  readonly columns: readonly string[] | null;
}

/** A text in which `,` and `~` divide nothing. */
const plain = (text: string): string => encodeURIComponent(text).replaceAll('~', '%7E');

/** Names in one value of an address: `area,rooms`. */
export function writeNames(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.map(plain).join(',');
}

export function readNames(text: string | null): readonly string[] {
  return (text ?? '').split(',').filter(Boolean).map(decoded);
}

/** Conditions in one value of an address: `area~at-least~100,city~equal~Bern`. */
export function writeConditions(where: readonly RowCondition[]): string | null {
  const parts = where.map(({ column, is, value }) =>
    [plain(column), is.replace(' ', '-'), ...(takesValue(is) ? [plain(String(value))] : [])].join('~'),
  );
  return parts.length === 0 ? null : parts.join(',');
}

/** What cannot be read, or names a column that is not there, is left out: an old link still shows something. */
export function readConditions(text: string | null, columns: readonly Column[]): RowCondition[] {
  return (text ?? '').split(',').flatMap((part): RowCondition[] => {
    const [name = '', kind = '', value] = part.split('~').map(decoded);
    const column = columns.find((one) => one.name === name);
    const is = kind.replace('-', ' ') as ConditionKind;
    if (!column || !Object.hasOwn(conditionWords, is)) return [];
    if (!takesValue(is)) return [{ column: name, is, value: null }];
    const read = value === undefined ? null : cellFrom(value, column, is);
    return read === null ? [] : [{ column: name, is, value: read }];
  });
}

/** A typed text as the column's kind of value; null where it is none. */
export function cellFrom(text: string, { type }: Pick<Column, 'type'>, is: ConditionKind): Cell {
  if (is === 'contains') return text;
  if (type === 'integer' || type === 'number') {
    const number = Number(text.replace('−', '-'));
    return text.trim() !== '' && Number.isFinite(number) ? number : null;
  }
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : null;
  return text;
}

/** An order in one value of an address: `area`, or `area~down`. */
export function writeOrder(order: RowOrder | null): string | null {
  return order === null ? null : `${plain(order.column)}${order.descending ? '~down' : ''}`;
}

export function readOrder(text: string | null, columns: readonly Column[]): RowOrder | null {
  const [name = '', direction] = (text ?? '').split('~').map(decoded);
  return columns.some((one) => one.name === name) ? { column: name, descending: direction === 'down' } : null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
