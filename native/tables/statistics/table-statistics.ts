import type { ColumnStatistics } from '../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import { identifier } from '../duckdb-session.ts';
import type { Look } from '../looking/look.ts';
import { openTable } from '../looking/table-source.ts';
import { type HistogramPlan, histogramsOf } from './histograms.ts';
import { type Summary, summarise } from './summary.ts';
import { topValues } from './top-values.ts';

/** So many columns, and at most so many cells, are held in memory and asked about at a time; longer columns are read at each question. */
const BATCH_COLUMNS = 50;
const BATCH_CELLS = 4_000_000;
const BATCH = 'batch';

/**
 * Statistics of every column. Columns are loaded and asked about by the batch, so that neither a wide table nor a long
 * one costs more than its cells.
 */
export async function tableStatistics(parquetPath: string, look: Look): Promise<ColumnStatistics[]> {
  const { connection, signal } = look;
  const { columns, rows, from } = await openTable(connection, parquetPath);
  const found: ColumnStatistics[] = [];
  const step = Math.max(1, Math.min(BATCH_COLUMNS, Math.floor(BATCH_CELLS / Math.max(1, rows))));
  for (let start = 0; start < columns.length; start += step) {
    const batch = columns.slice(start, start + step);
    const done = `Profiled ${start} of ${columns.length} columns`;
    look.progress(start / columns.length, done);
    const selected = batch.map(({ name }) => identifier(name)).join(', ');
    const kept = rows > BATCH_CELLS ? 'VIEW' : 'TABLE';
    await connection.run(`CREATE OR REPLACE TEMP ${kept} ${BATCH} AS SELECT ${selected} FROM ${from}`);
    signal.throwIfAborted();
    found.push(...(await batchStatistics(look, batch, rows)));
    signal.throwIfAborted();
  }
  return found;
}

async function batchStatistics(
  { connection }: Look,
  batch: readonly Column[],
  rows: number,
): Promise<ColumnStatistics[]> {
  const summaries = await summarise(connection, BATCH, batch, rows);
  const plans = summaries.map(histogramPlan);
  const histograms = await histogramsOf(
    connection,
    BATCH,
    plans.filter((plan) => plan !== null),
  );
  const tops = await topValues(connection, BATCH, summaries);
  let at = 0;
  return summaries.map((summary, index) => {
    const bins = plans[index] ? histograms[at++]! : [];
    const { numeric, text, time } = summary;
    return {
      ...summary,
      numeric: numeric && { ...numeric, quantiles: [...numeric.quantiles], histogram: bins },
      text: text && { ...text, lengths: bins },
      time: time && {
        ...time,
        histogram: bins.map(({ from, to, count }) => ({ fromMs: from, toMs: to, count })),
      },
      top: tops[index]!,
    };
  });
}

function histogramPlan({ name, type, distinct, numeric, text, time }: Summary): HistogramPlan | null {
  const value = identifier(name);
  if (numeric) {
    const { min, max } = numeric;
    return { value, min, max, whole: type === 'integer', distinct };
  }
  if (text) {
    const { minLength: min, maxLength: max } = text;
    return { value: `length(${value})`, min, max, whole: true, distinct: max - min + 1 };
  }
  if (!time) return null;
  return { value: `epoch_ms(${value})`, min: time.firstMs, max: time.lastMs, whole: false, distinct };
}
