import type { DuckDBConnection } from '@duckdb/node-api';
import type { z } from 'zod';
import type { histogramBin } from '../../../app/contract/datasets.contract.ts';

const MAX_BINS = 24;

export type Bin = z.infer<typeof histogramBin>;

/** What to count: numbers between two known ends. */
export interface HistogramPlan {
  /** SQL of the number. */
  readonly value: string;
  readonly min: number;
  readonly max: number;
  /** Whole numbers get bins of whole width. */
  readonly whole: boolean;
  /** Of whole numbers: few of them get a bin each (from = to). */
  readonly distinct: number;
}

/** Bins of equal width for each plan, all in one pass. */
export async function histogramsOf(
  connection: DuckDBConnection,
  table: string,
  plans: readonly HistogramPlan[],
): Promise<Bin[][]> {
  if (plans.length === 0) return [];
  const laid = plans.map(layOut);
  const result = await connection.runAndReadAll(
    `SELECT ${laid.map(({ key }) => `histogram(${key})`).join(', ')} FROM ${table}`,
  );
  const answers = result.getRowsJS()[0]!;
  return laid.map(({ bins, bin }, at) => {
    const entries = answers[at] as unknown as readonly { key: number; value: bigint }[];
    const counts = new Map(entries.map(({ key, value }) => [Number(key), Number(value)]));
    // A gap between values is a bin that holds nothing, not a bin that is left out.
    const keys = bins === 0 ? [...counts.keys()] : Array.from({ length: bins }, (_, place) => place);
    return keys.map((key) => ({ ...bin(key), count: counts.get(key) ?? 0 }));
  });
}

interface Layout {
  /** SQL that gives a value's bin. */
  readonly key: string;
  /** 0 where every value is a bin of its own. */
  readonly bins: number;
  readonly bin: (at: number) => { from: number; to: number };
}

function layOut({ value, min, max, whole, distinct }: HistogramPlan): Layout {
  if (min === max || (whole && distinct <= MAX_BINS)) {
    return { key: `(${value})::DOUBLE`, bins: 0, bin: (at) => ({ from: at, to: at }) };
  }
  // Halved before they are subtracted: the span of two doubles may be none.
  const span = max / MAX_BINS - min / MAX_BINS;
  const width = whole ? Math.ceil((max - min + 1) / MAX_BINS) : span;
  const last = whole ? Math.floor((max - min) / width) : MAX_BINS - 1;
  return {
    // Least and greatest pass over a missing value, which would so get into the first bin.
    key: `CASE WHEN ${value} IS NOT NULL THEN
        least(${last}, greatest(0, floor((${value})::DOUBLE / ${sql(width)} - ${sql(min / width)}))) END`,
    bins: last + 1,
    bin: (at) => ({ from: min + at * width, to: at === last && !whole ? max : min + (at + 1) * width }),
  };
}

/** A number as SQL, so that no digit is lost and no locale matters. */
function sql(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}
