import type { DuckDBConnection } from '@duckdb/node-api';
import type { Drift, DriftBin } from '../../../app/contract/data-drift.ts';
import type { ColumnType } from '../../../app/contract/datasets.contract.ts';
import { typedCell } from '../statistics/top-values.ts';
import { chiSquaredTest } from './chi-squared.ts';
import { SAMPLE } from './sample.ts';
import { stabilityIndex } from './stability-index.ts';

/** Values that are parts of their own, most frequent first; the rest is one. */
const SHOWN_VALUES = 30;

/** PSI over the values and the chi-squared test of all of them. */
export async function driftOfValues(
  connection: DuckDBConnection,
  value: string,
  type: ColumnType,
  missing: { readonly before: number; readonly after: number },
): Promise<Pick<Drift, 'psi' | 'bins'> & { chiSquared: Drift['chiSquared'] }> {
  const counted = await connection.runAndReadAll(
    `SELECT CAST(${value} AS VARCHAR), count(*) FILTER (NOT later) AS before, count(*) FILTER (later) AS after
     FROM ${SAMPLE} WHERE ${value} IS NOT NULL GROUP BY 1 ORDER BY before + after DESC, 1`,
  );
  const counts = counted.getRows().map(([words, before, after]) => ({
    value: typedCell(words!, type),
    before: Number(before),
    after: Number(after),
  }));
  const bins: DriftBin[] = counts
    .slice(0, SHOWN_VALUES)
    .map((count) => ({ kind: 'value', from: null, to: null, ...count }));
  const rest = counts.slice(SHOWN_VALUES);
  const sum = (side: 'before' | 'after') => rest.reduce((total, count) => total + count[side], 0);
  const other = { from: null, to: null, value: null };
  if (rest.length > 0) bins.push({ kind: 'others', ...other, before: sum('before'), after: sum('after') });
  if (missing.before + missing.after > 0) bins.push({ kind: 'missing', ...other, ...missing });
  return { psi: stabilityIndex(bins), bins, chiSquared: chiSquaredTest(counts) };
}
