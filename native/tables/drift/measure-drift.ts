import type { DuckDBConnection } from '@duckdb/node-api';
import type { Drift } from '../../../app/contract/data-drift.ts';
import type { ColumnType } from '../../../app/contract/datasets.contract.ts';
import type { Look } from '../looking/look.ts';
import { columnsNamed, type TableSource } from '../looking/table-source.ts';
import { type CommonColumn, commonColumns } from './common-columns.ts';
import { driftOfNumbers } from './drift-of-numbers.ts';
import { driftOfValues } from './drift-of-values.ts';
import { SAMPLE, valueAt } from './sample.ts';
import { levelOf } from './stability-index.ts';

/** Rows of a table that the tests look at; of a longer one every n-th, by a hash of its number. */
const MOST_ROWS = 1_000_000;
/** So many columns, and at most so many cells of both tables, are held in memory at a time. */
const BATCH_COLUMNS = 50;
const BATCH_CELLS = 3_000_000;
/** Whole numbers of at most so many values are compared value by value, as codes and classes are. */
const MOST_CODES = 20;
/** Texts of at most so many values, too; others by their lengths. */
const MOST_WORDS = 1000;

/**
 * How differently the columns that both tables have spread in them, strongest drift first. It looks at no more than
 * a million rows of each table.
 *
 * @param names of columns; all that both have where none is named
 * @throws AppError INVALID_INPUT for a name that the later table does not have
 */
export async function measureDrift(
  before: TableSource,
  after: TableSource,
  names: readonly string[] | null,
  look: Look,
): Promise<Drift[]> {
  const { connection, signal } = look;
  const common = commonColumns(before.columns, after.columns);
  const wanted = names && new Set(columnsNamed(after.columns, names).map(({ name }) => name));
  const compared = wanted ? common.filter(({ name }) => wanted.has(name)) : common;
  const drifts: Drift[] = [];
  const rows = Math.min(before.rows, MOST_ROWS) + Math.min(after.rows, MOST_ROWS);
  const step = Math.max(1, Math.min(BATCH_COLUMNS, Math.floor(BATCH_CELLS / Math.max(1, rows))));
  for (let start = 0; start < compared.length; start += step) {
    signal.throwIfAborted();
    look.progress(start / compared.length, `Compared ${start} of ${compared.length} columns`);
    drifts.push(...(await batchDrift(before, after, compared.slice(start, start + step), look)));
  }
  await connection.run(`DROP TABLE IF EXISTS ${SAMPLE}`);
  return drifts.sort((a, b) => b.psi - a.psi);
}

async function batchDrift(
  before: TableSource,
  after: TableSource,
  batch: readonly CommonColumn[],
  { connection, signal }: Look,
): Promise<Drift[]> {
  const values = (side: 'beforeValue' | 'afterValue') =>
    batch.map((column, place) => `${column[side]} AS ${valueAt(place)}`).join(', ');
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${SAMPLE} AS
       SELECT false AS later, ${values('beforeValue')} FROM ${before.from} ${sampled(before)}
       UNION ALL SELECT true, ${values('afterValue')} FROM ${after.from} ${sampled(after)}`,
  );
  const questions = batch.map((_, place) => {
    const value = valueAt(place);
    return `count(${value}) FILTER (NOT later), count(${value}) FILTER (later), count(DISTINCT ${value})`;
  });
  const [facts] = (
    await connection.runAndReadAll(
      `SELECT count(*) FILTER (NOT later), count(*) FILTER (later), ${questions.join(', ')} FROM ${SAMPLE}`,
    )
  ).getRows();
  const [rowsBefore, rowsAfter, ...counts] = facts!.map(Number) as [number, number, ...number[]];
  const drifts: Drift[] = [];
  for (const [place, { name, type }] of batch.entries()) {
    signal.throwIfAborted();
    const [present, presentLater, distinct] = counts.slice(place * 3, place * 3 + 3) as [
      number,
      number,
      number,
    ];
    const sampledColumn = { name, type, place, rowsBefore, rowsAfter, present, presentLater, distinct };
    drifts.push(await driftOf(sampledColumn, connection));
  }
  return drifts;
}

interface SampledColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly place: number;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** Values that are there, before and later. */
  readonly present: number;
  readonly presentLater: number;
  readonly distinct: number;
}

function sampled({ rows, row }: TableSource): string {
  return rows <= MOST_ROWS ? '' : `WHERE hash(${row}) % ${Math.ceil(rows / MOST_ROWS)} = 0`;
}

async function driftOf(column: SampledColumn, connection: DuckDBConnection): Promise<Drift> {
  const { name, type, rowsBefore, rowsAfter, present, presentLater, distinct } = column;
  const value = valueAt(column.place);
  const missing = { before: rowsBefore - present, after: rowsAfter - presentLater };
  const codes = type === 'integer' && distinct <= MOST_CODES;
  const words = type === 'text' && distinct <= MOST_WORDS && distinct <= (present + presentLater) / 2;
  const found =
    type === 'boolean' || codes || words
      ? await driftOfValues(connection, value, type, missing)
      : await driftOfNumbers(connection, numberOf(value, type), missing);
  const measure =
    'chiSquared' in found ? 'values' : type === 'time' ? 'times' : type === 'text' ? 'lengths' : 'numbers';
  return {
    column: name,
    type,
    measure,
    psi: found.psi,
    level: levelOf(found.psi),
    ks: 'ks' in found ? found.ks : null,
    chiSquared: 'chiSquared' in found ? found.chiSquared : null,
    missingBefore: rowsBefore === 0 ? 0 : missing.before / rowsBefore,
    missingAfter: rowsAfter === 0 ? 0 : missing.after / rowsAfter,
    bins: found.bins,
    sampledBefore: rowsBefore,
    sampledAfter: rowsAfter,
  };
}

/** SQL of the number that stands for a value. */
function numberOf(value: string, type: ColumnType): string {
  if (type === 'time') return `epoch_ms(${value})::DOUBLE`;
  return type === 'text' ? `length(${value})::DOUBLE` : `${value}::DOUBLE`;
}
