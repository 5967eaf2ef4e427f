import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { ColumnStatistics } from '../../../app/contract/data-tables.contract.ts';
import type { ColumnType } from '../../../app/contract/datasets.contract.ts';
import type { Cell } from '../../../app/contract/wire.ts';
import { toCell } from '../cells.ts';
import { identifier } from '../duckdb-session.ts';
import type { Summary } from './summary.ts';

const TOP_VALUES = 10;
/** A column of more values than these is counted by candidates: a count of each would fill the memory. */
const COUNTED_VALUES = 500_000;
/** So many are counted then; every value that more than about a hundredth of the rows have is among them. */
const CANDIDATES = 40;

/** The most frequent values of each column, most frequent first, equally frequent ones in their order. */
export async function topValues(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Summary[],
): Promise<ColumnStatistics['top'][]> {
  const tops: ColumnStatistics['top'][] = columns.map(() => []);
  const parts: string[] = [];
  for (const [place, { name, distinct }] of columns.entries()) {
    if (distinct === 0) continue;
    const value = identifier(name);
    const candidates = `(SELECT unnest(approx_top_k(${value}, ${CANDIDATES})) FROM ${table})`;
    const among = distinct > COUNTED_VALUES ? `AND ${value} IN ${candidates}` : '';
    parts.push(`(SELECT ${place} AS place, CAST(${value} AS VARCHAR) AS value, count(*) AS times FROM ${table}
      WHERE ${value} IS NOT NULL ${among} GROUP BY ${value} ORDER BY times DESC, ${value} LIMIT ${TOP_VALUES})`);
  }
  if (parts.length === 0) return tops;
  const rows = (await connection.runAndReadAll(parts.join(' UNION ALL '))).getRows();
  for (const [place, value, times] of rows) {
    const index = Number(place);
    tops[index]!.push({ value: typedCell(value!, columns[index]!.type), count: Number(times) });
  }
  for (const top of tops) top.sort((a, b) => b.count - a.count);
  return tops;
}

/** @param value as DuckDB writes it as a text */
export function typedCell(value: DuckDBValue, type: ColumnType): Cell {
  const words = String(value);
  if (type === 'boolean') return words === 'true';
  if (type === 'number') return toCell(Number(words));
  if (type === 'integer') return toCell(BigInt(words));
  return type === 'time' ? `${words.replace(' ', 'T')}Z` : words;
}
