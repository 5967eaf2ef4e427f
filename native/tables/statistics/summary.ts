import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { DuckDBListValue } from '@duckdb/node-api';
import type { ColumnStatistics } from '../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import { identifier } from '../duckdb-session.ts';

/** In tables of up to so many rows distinct values and quantiles are exact. */
const EXACT_ROWS = 1_000_000;
/** In longer ones distinct values are counted exactly if there seem to be fewer than these: a count of each has to fit the memory. */
const COUNTED_VALUES = 700_000;

const QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/** A column's facts without its histograms and most frequent values. */
export interface Summary
  extends Pick<ColumnStatistics, 'name' | 'type' | 'count' | 'missing' | 'distinct' | 'exact'> {
  readonly numeric: Omit<NonNullable<ColumnStatistics['numeric']>, 'histogram'> | null;
  readonly text: Omit<NonNullable<ColumnStatistics['text']>, 'lengths'> | null;
  readonly time: Omit<NonNullable<ColumnStatistics['time']>, 'histogram'> | null;
}

/** One pass over the columns of a table in DuckDB's memory. */
export async function summarise(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Column[],
  rows: number,
): Promise<Summary[]> {
  const exact = rows <= EXACT_ROWS;
  const questions = columns.map((column) => asked(column, exact));
  const result = await connection.runAndReadAll(`SELECT ${questions.flat().join(', ')} FROM ${table}`);
  const answers = result.getRows()[0]!;
  let at = 0;
  const summaries = columns.map((column, index) => {
    const own = answers.slice(at, at + questions[index]!.length);
    at += own.length;
    return toSummary(column, own, rows, exact);
  });
  return exact ? summaries : await countDistinct(connection, table, summaries);
}

/** Replace estimates by counts where that is possible: an estimate may be a quarter off for few values. */
async function countDistinct(
  connection: DuckDBConnection,
  table: string,
  summaries: readonly Summary[],
): Promise<Summary[]> {
  const countable = summaries.filter(({ distinct }) => distinct < COUNTED_VALUES);
  if (countable.length === 0) return [...summaries];
  const counts = countable.map(({ name }) => `count(DISTINCT ${identifier(name)})`);
  const answers = (await connection.runAndReadAll(`SELECT ${counts.join(', ')} FROM ${table}`)).getRows()[0]!;
  return summaries.map((summary) => {
    const at = countable.indexOf(summary);
    return at < 0 ? summary : { ...summary, distinct: Number(answers[at]) };
  });
}

/** What is asked of a column, as SQL aggregates; `toSummary` reads the answers in the same order. */
function asked({ name, type }: Column, exact: boolean): string[] {
  const value = identifier(name);
  const all = [`count(${value})`, exact ? `count(DISTINCT ${value})` : `approx_count_distinct(${value})`];
  if (type === 'integer' || type === 'number') {
    const quantiles = exact ? 'quantile_cont' : 'approx_quantile';
    return [
      ...all,
      `min(${value})::DOUBLE`,
      `max(${value})::DOUBLE`,
      `avg(${value})`,
      `coalesce(stddev_pop(${value}), 0)`,
      `count(*) FILTER (${value} = 0)`,
      `count(*) FILTER (${value} < 0)`,
      `${quantiles}(${value}::DOUBLE, [${QUANTILES.join(', ')}])`,
    ];
  }
  if (type === 'text') {
    return [
      ...all,
      `min(length(${value}))`,
      `max(length(${value}))`,
      `avg(length(${value}))`,
      `count(*) FILTER (trim(${value}) = '')`,
    ];
  }
  return type === 'time' ? [...all, `epoch_ms(min(${value}))`, `epoch_ms(max(${value}))`] : all;
}

function toSummary(
  { name, type }: Column,
  [count, distinct, ...answers]: readonly DuckDBValue[],
  rows: number,
  exact: boolean,
): Summary {
  const present = Number(count);
  const common = {
    name,
    type,
    count: present,
    missing: rows - present,
    distinct: Math.min(Number(distinct), present),
    exact,
    numeric: null,
    text: null,
    time: null,
  };
  if (present === 0) return common;
  if (type === 'integer' || type === 'number') {
    const [min, max, mean, std, zeros, negatives] = answers.map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const values = answers[6] instanceof DuckDBListValue ? answers[6].items : [];
    // An estimate may lie a hair outside the values.
    const quantiles = values.map((value, index) => ({
      at: QUANTILES[index]!,
      value: Math.min(max, Math.max(min, Number(value))),
    }));
    return { ...common, numeric: { min, max, mean, std, zeros, negatives, quantiles } };
  }
  if (type === 'text') {
    const [minLength, maxLength, meanLength, blank] = answers.map(Number) as [number, number, number, number];
    return { ...common, text: { minLength, maxLength, meanLength, blank } };
  }
  if (type !== 'time') return common;
  const [firstMs, lastMs] = answers.map(Number) as [number, number];
  return { ...common, time: { firstMs, lastMs } };
}
