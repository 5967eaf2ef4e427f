import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { ColumnProfile, ColumnType } from '../../app/contract/datasets.contract.ts';
import { toCell } from './cells.ts';
import { columnTypeOf } from './column-types.ts';
import { identifier, inSession, rowsOf, text } from './duckdb-session.ts';

const MAX_BINS = 24;
const TOP_VALUES = 10;
/** So many columns, and at most so many cells, are held in memory and asked about at a time. */
const BATCH_COLUMNS = 50;
const BATCH_CELLS = 20_000_000;
const BATCH = 'batch';
/** Up to here distinct values and medians are counted exactly; beyond it they are estimated within about 2 %. */
const EXACT_ROWS = 1_000_000;

interface Known {
  readonly name: string;
  readonly type: ColumnType;
}
type Numeric = NonNullable<ColumnProfile['numeric']>;
type Facts = Omit<ColumnProfile, 'top' | 'numeric'> & { readonly numeric: Omit<Numeric, 'histogram'> | null };

/** See `Tables.profile`. Columns are loaded and asked about by the batch, so that neither a wide table
 * nor a long one costs more than its cells. */
export async function profileTable(parquetPath: string, signal: AbortSignal): Promise<ColumnProfile[]> {
  return inSession({ files: [parquetPath], beside: parquetPath, signal }, async (connection) => {
    const from = `read_parquet(${text(parquetPath)})`;
    const described = await rowsOf(connection, `DESCRIBE SELECT * FROM ${from}`);
    const rows = Number((await rowsOf(connection, `SELECT count(*) FROM ${from}`))[0]![0]);
    const columns = described.map(
      (row): Known => ({
        name: String(row[0]),
        type: columnTypeOf(String(row[1])) ?? 'text',
      }),
    );
    const profiles: ColumnProfile[] = [];
    const step = Math.max(1, Math.min(BATCH_COLUMNS, Math.floor(BATCH_CELLS / Math.max(1, rows))));
    for (let start = 0; start < columns.length; start += step) {
      const batch = columns.slice(start, start + step);
      const selected = batch.map(({ name }) => identifier(name)).join(', ');
      await connection.run(`CREATE OR REPLACE TEMP TABLE ${BATCH} AS SELECT ${selected} FROM ${from}`);
      const facts = await summarise(connection, batch, rows);
      const histograms = await histogramsOf(connection, facts);
      const tops = await topValues(connection, batch);
      facts.forEach((fact, index) => {
        const histogram = histograms.get(index) ?? [];
        profiles.push({
          ...fact,
          numeric: fact.numeric && { ...fact.numeric, histogram },
          top: tops[index]!,
        });
      });
    }
    return profiles;
  });
}

async function summarise(
  connection: DuckDBConnection,
  batch: readonly Known[],
  rows: number,
): Promise<Facts[]> {
  const exact = rows <= EXACT_ROWS;
  const asked = batch.flatMap(({ name, type }) => {
    const value = identifier(name);
    const number = type === 'integer' || type === 'number' ? value : 'CAST(NULL AS DOUBLE)';
    return [
      `count(${value})`,
      exact ? `count(DISTINCT ${value})` : `approx_count_distinct(${value})`,
      `min(${number})::DOUBLE`,
      `max(${number})::DOUBLE`,
      `avg(${number})`,
      `coalesce(stddev_pop(${number}), 0)`,
      (exact ? `quantile_cont(${number}, 0.5)` : `approx_quantile(${number}, 0.5)`).concat('::DOUBLE'),
    ];
  });
  const answers = (await rowsOf(connection, `SELECT ${asked.join(', ')} FROM ${BATCH}`))[0]!;
  return batch.map(({ name, type }, index) => {
    const [count, distinct, min, max, mean, std, median] = answers
      .slice(index * 7, index * 7 + 7)
      .map(Number);
    const isNumeric = (type === 'integer' || type === 'number') && count! > 0;
    return {
      name,
      type,
      count: count!,
      missing: rows - count!,
      distinct: Math.min(distinct!, count!),
      numeric: isNumeric ? { min: min!, max: max!, mean: mean!, std: std!, median: median! } : null,
    };
  });
}

/** Bins of equal width, of whole width for whole numbers; few distinct whole numbers get a bin each (from = to). */
async function histogramsOf(
  connection: DuckDBConnection,
  facts: readonly Facts[],
): Promise<Map<number, Numeric['histogram']>> {
  const plans = facts.flatMap((fact, index) => {
    if (!fact.numeric) return [];
    const { min, max } = fact.numeric;
    const value = identifier(fact.name);
    if (min === max || (fact.type === 'integer' && fact.distinct <= MAX_BINS)) {
      return [{ index, key: `${value}::DOUBLE`, bins: 0, bin: (at: number) => ({ from: at, to: at }) }];
    }
    const span = max / MAX_BINS - min / MAX_BINS;
    const width = fact.type === 'integer' ? Math.ceil((max - min + 1) / MAX_BINS) : span;
    const last = fact.type === 'integer' ? Math.floor((max - min) / width) : MAX_BINS - 1;
    const key = `least(${last}, greatest(0, floor(${value}::DOUBLE / ${sql(width)} - ${sql(min / width)})))`;
    const bin = (at: number) => ({
      from: min + at * width,
      to: at === last && fact.type === 'number' ? max : min + (at + 1) * width,
    });
    return [{ index, key, bins: last + 1, bin }];
  });
  const histograms = new Map<number, Numeric['histogram']>();
  if (plans.length === 0) return histograms;
  const asked = plans.map(({ key }) => `histogram(${key})`);
  const result = await connection.runAndReadAll(`SELECT ${asked.join(', ')} FROM ${BATCH}`);
  const answers = result.getRowsJS()[0]!;
  plans.forEach(({ index, bins, bin }, at) => {
    const entries = answers[at] as unknown as readonly { key: number; value: bigint }[];
    const counts = new Map(entries.map(({ key, value }) => [Number(key), Number(value)]));
    // A gap between values is a bin that holds nothing, not a bin that is left out.
    const keys = bins === 0 ? [...counts.keys()] : Array.from({ length: bins }, (_, place) => place);
    histograms.set(
      index,
      keys.map((key) => ({ ...bin(key), count: counts.get(key) ?? 0 })),
    );
  });
  return histograms;
}

/** A number as SQL, so that no digit is lost and no locale matters. */
function sql(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}

async function topValues(
  connection: DuckDBConnection,
  batch: readonly Known[],
): Promise<ColumnProfile['top'][]> {
  const parts = batch.map(({ name }, index) => {
    const value = identifier(name);
    return `(SELECT ${index} AS place, CAST(${value} AS VARCHAR) AS value, count(*) AS times FROM ${BATCH}
      WHERE ${value} IS NOT NULL GROUP BY ${value} ORDER BY times DESC, ${value} LIMIT ${TOP_VALUES})`;
  });
  const rows = (await connection.runAndReadAll(parts.join(' UNION ALL '))).getRows();
  const tops: ColumnProfile['top'][] = batch.map(() => []);
  for (const [place, value, times] of rows) {
    const index = Number(place);
    tops[index]!.push({ value: typedCell(value!, batch[index]!.type), count: Number(times) });
  }
  for (const top of tops) top.sort((a, b) => b.count - a.count);
  return tops;
}

function typedCell(value: DuckDBValue, type: ColumnType) {
  const words = String(value);
  if (type === 'boolean') return words === 'true';
  if (type === 'number') return toCell(Number(words));
  if (type === 'integer') return toCell(BigInt(words));
  return type === 'time' ? `${words.replace(' ', 'T')}Z` : words;
}
