import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import { identifier } from '../duckdb-session.ts';
import type { TableSource } from '../looking/table-source.ts';
import { mixed, textHash } from './min-hash.ts';

/** Rows that tell how a column spreads. */
const SAMPLED_ROWS = 20_000;
/** A value that more than this share of the rows have says nothing about likeness. */
const USUAL_SHARE = 0.5;
/** Numbers whose distance is below half of this many standard deviations share at least one of their two cells. */
const CELL_WIDTH = 0.25;
/** Features of one row at most; a longer text is judged by its beginning. */
export const MOST_FEATURES = 2000;

const WORD = /[\p{L}\p{N}]+/gu;

/** Puts the hashes of what a cell holds at the end of `into`, and gives the new count. */
type Featurize = (value: DuckDBValue, into: Uint32Array, count: number) => number;

export interface FeatureColumn {
  /** The column as SQL reads it. */
  readonly sql: string;
  readonly featurize: Featurize;
}

/**
 * What rows hold, as sets whose Jaccard similarity says how alike two rows are: pairs of neighbouring words of texts (shingles: Broder,
 * 1997), the two overlapping grid cells that a number lies in, any other value as it is. Missing values and a column's usual value
 * are left out, so that empty and constant columns make nothing alike.
 */
export async function featureColumns(
  connection: DuckDBConnection,
  table: TableSource,
  compared: readonly Column[],
): Promise<FeatureColumn[]> {
  const step = Math.max(1, Math.ceil(table.rows / SAMPLED_ROWS));
  const sample = `(SELECT * FROM ${table.from} WHERE ${table.row} % ${step} = 0)`;
  const columns: FeatureColumn[] = [];
  for (const [index, column] of compared.entries()) {
    const seed = mixed(index + 1);
    if (column.type === 'text') {
      columns.push({ sql: identifier(column.name), featurize: wordPairs(seed) });
      continue;
    }
    const value = asDouble(column);
    const [facts] = (
      await connection.runAndReadAll(
        `SELECT stddev_pop(value), mode(value), count(*) FILTER (value = (SELECT mode(${value}) FROM ${sample})), count(*)
         FROM (SELECT ${value} AS value FROM ${sample})`,
      )
    ).getRows();
    const [deviation, mode, usual, rows] = facts!.map(Number) as [number, number, number, number];
    const left = usual > rows * USUAL_SHARE ? mode : null;
    columns.push({ sql: value, featurize: gridCells(seed, deviation * CELL_WIDTH, left) });
  }
  return columns;
}

function asDouble({ name, type }: Column): string {
  return type === 'time' ? `epoch_ms(${identifier(name)})::DOUBLE` : `${identifier(name)}::DOUBLE`;
}

function wordPairs(seed: number): Featurize {
  return (value, into, start) => {
    if (typeof value !== 'string') return start;
    let count = start;
    let previous = seed;
    let words = 0;
    for (const [word] of value.toLowerCase().matchAll(WORD)) {
      const hash = textHash(word, seed);
      if (words++ > 0) {
        if (count >= into.length) return count;
        into[count++] = mixed(Math.imul(previous, 31) + hash);
      }
      previous = hash;
    }
    // A single word, or no word at all, is what it is as a whole.
    if (words < 2 && value.trim() !== '' && count < into.length)
      into[count++] = textHash(value.trim(), ~seed);
    return count;
  };
}

function gridCells(seed: number, width: number, usual: number | null): Featurize {
  return (value, into, start) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || value === usual) return start;
    if (start + 2 > into.length) return start;
    const at = width > 0 ? value / width : value;
    into[start] = cellHash(seed, Math.floor(at));
    into[start + 1] = cellHash(~seed, Math.floor(at + 0.5));
    return start + 2;
  };
}

function cellHash(seed: number, cell: number): number {
  const high = Math.floor(cell / 2 ** 32);
  return mixed(mixed((cell | 0) ^ seed) + high);
}
