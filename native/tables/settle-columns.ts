import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, ColumnType } from '../../app/contract/datasets.contract.ts';
import { columnTypeOf, sqlTypes } from './column-types.ts';
import { identifier, rowsOf } from './duckdb-session.ts';
import type { Guess } from './loading.ts';
import { malformed } from './malformed.ts';

const COLUMNS_A_QUERY = 200;

/** Words that stand for a missing value, in columns that otherwise hold only numbers. */
const MISSING = `('', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', '?', '-')`;

interface Settled extends Column {
  readonly expression: string;
}

/**
 * Decide the last of each column's type over all its values: texts that are all ISO 8601 times become times, texts
 * that are all numbers or words for "missing" become numbers, NaN becomes missing. A column is never changed if one
 * value would be lost by it: numbers with leading zeros stay text.
 *
 * @throws AppError DATA_MALFORMED for an infinite number, which no statistic and no training survives
 */
export async function settleColumns(
  connection: DuckDBConnection,
  table: string,
  guess: Guess,
  name: string,
): Promise<{ columns: Column[]; select: string }> {
  const described = await rowsOf(connection, `DESCRIBE ${table}`);
  const settled: Settled[] = [];
  for (let start = 0; start < described.length; start += COLUMNS_A_QUERY) {
    const batch = described.slice(start, start + COLUMNS_A_QUERY).map((row) => ({
      name: String(row[0]),
      type: columnTypeOf(String(row[1]))!,
    }));
    const asked = ['count(*)', ...batch.flatMap((column) => questions(column, guess))];
    const facts = await rowsOf(connection, `SELECT ${asked.join(', ')} FROM ${table}`);
    const answers = facts[0]!.map(Number);
    let at = 1;
    for (const column of batch) {
      const count = questions(column, guess).length;
      settled.push(settle(column, answers.slice(at, at + count), guess, name));
      at += count;
    }
  }
  const selected = settled.map((column) => `${column.expression} AS ${identifier(column.name)}`);
  return {
    columns: settled.map(({ name: columnName, type }) => ({ name: columnName, type })),
    select: `SELECT ${selected.join(', ')} FROM ${table}`,
  };
}

/** What is asked of a column, as SQL aggregates; `settle` reads the answers in the same order. */
function questions({ name, type }: Column, guess: Guess): string[] {
  const value = identifier(name);
  if (type === 'boolean') return [`count(${value})`];
  if (type === 'number') return [`count(*) FILTER (isinf(${value}))`];
  if (type !== 'text' || guess === 'nothing') return [];
  const present = `${value} IS NOT NULL AND lower(trim(${value})) NOT IN ${MISSING}`;
  const plain = `regexp_full_match(trim(${value}), '[+-]?(0|[1-9][0-9]{0,17})?([.][0-9]*)?([eE][+-]?[0-9]+)?')`;
  return [
    `count(*) FILTER (${present})`,
    `count(*) FILTER (${present} AND ${plain} AND TRY_CAST(${value} AS DOUBLE) IS NOT NULL)`,
    `count(*) FILTER (regexp_full_match(trim(${value}), '[+-]?[0-9]{1,18}'))`,
    `count(${value})`,
    `count(*) FILTER (regexp_matches(${value}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]|$)') AND TRY_CAST(${value} AS TIMESTAMP) IS NOT NULL)`,
  ];
}

function settle(column: Column, answers: readonly number[], guess: Guess, name: string): Settled {
  const value = identifier(column.name);
  const as = (type: ColumnType, expression: string): Settled => ({ name: column.name, type, expression });
  if (column.type === 'boolean') {
    return answers[0] === 0 ? as('text', `CAST(${value} AS VARCHAR)`) : as('boolean', value);
  }
  if (column.type === 'number') {
    if (answers[0]! > 0) {
      throw malformed(
        name,
        null,
        `the column "${column.name}" holds ${answers[0]} infinite ${answers[0] === 1 ? 'number' : 'numbers'}`,
        'Replace infinite numbers by a limit, or leave the cells empty.',
      );
    }
    return as('number', `CASE WHEN isnan(${value}) THEN NULL ELSE ${value} END`);
  }
  if (column.type !== 'text' || guess === 'nothing') return as(column.type, value);
  const [present, numbers, integers, filled, times] = answers as [number, number, number, number, number];
  if (guess === 'numbers and times' && present > 0 && numbers === present) {
    const type: ColumnType = integers === present ? 'integer' : 'number';
    const number = `TRY_CAST(trim(${value}) AS ${sqlTypes[type]})`;
    return as(type, `CASE WHEN lower(trim(${value})) IN ${MISSING} THEN NULL ELSE ${number} END`);
  }
  if (filled > 0 && times === filled) return as('time', `TRY_CAST(${value} AS TIMESTAMP)`);
  return as('text', value);
}
