import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../app/contract/datasets.contract.ts';
import { sqlTypes } from './column-types.ts';
import type { WrittenRows } from './copy-rows.ts';
import { identifier, rowsOf } from './duckdb-session.ts';
import type { Guess } from './loading.ts';
import { refuseInfinity } from './malformed.ts';

/** Every pattern that a query looks for costs up to some megabytes, whatever the rows. */
const COLUMNS_A_QUERY = 20;

/** Words that stand for a missing value, in columns that otherwise hold only numbers. */
const MISSING = `('', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', '?', '-')`;

/** Texts that are seen before all are asked: few columns that are no numbers or times look so for longer. */
const FIRST_ROWS = 10_000;

export interface SettledColumn extends Column {
  /** What the column becomes, or null where it is right as it was written. */
  readonly expression: string | null;
}

/**
 * Decide the last of each column's type over all its values: texts that are all ISO 8601 times become times, texts
 * that are all numbers or words for "missing" become numbers, NaN becomes missing, a column of nothing becomes text. A column is never changed if one
 * value would be lost by it: numbers with leading zeros stay text.
 *
 * @param from a FROM term of the rows that were written
 * @throws AppError DATA_MALFORMED for an infinite number, which no statistic and no training survives
 */
export async function settleColumns(
  connection: DuckDBConnection,
  from: string,
  { rows, columns }: WrittenRows,
  guess: Guess,
  name: string,
): Promise<SettledColumn[]> {
  const infinite = columns.find((column) => column.hasInfinity);
  if (infinite) {
    const value = identifier(infinite.name);
    const [[count]] = (await rowsOf(connection, `SELECT count(*) FILTER (isinf(${value})) FROM ${from}`)) as [
      [bigint],
    ];
    refuseInfinity(infinite.name, Number(count), name);
  }
  const texts = columns.filter(({ type }) => type === 'text').map((column) => column.name);
  const first = rows > FIRST_ROWS ? `(SELECT * FROM ${from} LIMIT ${FIRST_ROWS})` : from;
  const kinds = await kindsOf(connection, first, texts, guess);
  if (first !== from) {
    const open = texts.filter((text) => kinds.get(text) !== 'text');
    for (const [text, kind] of await kindsOf(connection, from, open, guess)) kinds.set(text, kind);
  }
  return columns.map(({ name: column, type, missing, hasNan }) => {
    if (hasNan) {
      const value = identifier(column);
      return { name: column, type, expression: `CASE WHEN isnan(${value}) THEN NULL ELSE ${value} END` };
    }
    if (type === 'boolean' && missing === rows) {
      return { name: column, type: 'text', expression: `CAST(${identifier(column)} AS VARCHAR)` };
    }
    const kind = kinds.get(column) ?? 'nothing';
    if (kind === 'nothing' || kind === 'text') return { name: column, type, expression: null };
    return { name: column, type: kind, expression: expressionOf(column, kind) };
  });
}

/** What the texts of a column are; `nothing` where none is there to tell. */
type TextKind = 'text' | 'time' | 'integer' | 'number' | 'nothing';

async function kindsOf(
  connection: DuckDBConnection,
  from: string,
  columns: readonly string[],
  guess: Guess,
): Promise<Map<string, TextKind>> {
  const kinds = new Map<string, TextKind>();
  if (guess === 'nothing') return kinds;
  for (let start = 0; start < columns.length; start += COLUMNS_A_QUERY) {
    const batch = columns.slice(start, start + COLUMNS_A_QUERY);
    const asked = batch.flatMap((column) => questions(identifier(column), guess));
    const facts = await rowsOf(connection, `SELECT ${asked.join(', ')} FROM ${from}`);
    const answers = facts[0]!.map(Number);
    const each = asked.length / batch.length;
    batch.forEach((column, at) => {
      kinds.set(column, kindOf(answers.slice(at * each, (at + 1) * each)));
    });
  }
  return kinds;
}

/** What is asked of a column of texts, as SQL aggregates; `kindOf` reads the answers in the same order. */
function questions(value: string, guess: Guess): string[] {
  const times = [
    `count(${value})`,
    `count(*) FILTER (regexp_matches(${value}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]|$)') AND TRY_CAST(${value} AS TIMESTAMP) IS NOT NULL)`,
  ];
  if (guess === 'times') return times;
  const present = `${value} IS NOT NULL AND lower(trim(${value})) NOT IN ${MISSING}`;
  const plain = `regexp_full_match(trim(${value}), '[+-]?(0|[1-9][0-9]{0,17})?([.][0-9]*)?([eE][+-]?[0-9]+)?')`;
  return [
    ...times,
    `count(*) FILTER (${present})`,
    `count(*) FILTER (${present} AND ${plain} AND TRY_CAST(${value} AS DOUBLE) IS NOT NULL)`,
    `count(*) FILTER (regexp_full_match(trim(${value}), '[+-]?[0-9]{1,18}'))`,
  ];
}

function kindOf([filled, times, present = -1, numbers, integers]: readonly number[]): TextKind {
  if (filled === 0) return 'nothing';
  if (present > 0 && numbers === present) return integers === present ? 'integer' : 'number';
  if (times === filled) return 'time';
  // Only words for "missing": in a few rows that says nothing, in all of them it is a text.
  return present === 0 ? 'nothing' : 'text';
}

function expressionOf(column: string, kind: 'time' | 'integer' | 'number'): string {
  const value = identifier(column);
  if (kind === 'time') return `TRY_CAST(${value} AS TIMESTAMP)`;
  const number = `TRY_CAST(trim(${value}) AS ${sqlTypes[kind]})`;
  return `CASE WHEN lower(trim(${value})) IN ${MISSING} THEN NULL ELSE ${number} END`;
}
