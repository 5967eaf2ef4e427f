import { type DuckDBConnection, DuckDBListValue } from '@duckdb/node-api';
import type { Drift, DriftBin } from '../../../app/contract/data-drift.ts';
import { SAMPLE } from './sample.ts';
import { stabilityIndex } from './stability-index.ts';
import { kolmogorovSmirnovPValue } from './tail-probabilities.ts';

/** Parts between the tenths of the earlier values, one below them and one above. */
const TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/**
 * PSI over tenths of the earlier values, and the two-sample Kolmogorov–Smirnov test (N. Smirnov, 1939) over all.
 *
 * @param number SQL of the number that stands for a value of the sample
 */
export async function driftOfNumbers(
  connection: DuckDBConnection,
  number: string,
  missing: { readonly before: number; readonly after: number },
): Promise<Pick<Drift, 'psi' | 'bins'> & { ks: Drift['ks'] }> {
  const bins = await binsOf(connection, number);
  if (missing.before + missing.after > 0) {
    bins.push({ kind: 'missing', from: null, to: null, value: null, ...missing });
  }
  return { psi: stabilityIndex(bins), bins, ks: await smirnov(connection, number) };
}

async function binsOf(connection: DuckDBConnection, number: string): Promise<DriftBin[]> {
  const asked = await connection.runAndReadAll(
    `SELECT min(${number}), quantile_disc(${number}, [${TENTHS.join(', ')}]) FROM ${SAMPLE} WHERE NOT later`,
  );
  const [least, tenths] = asked.getRows()[0]!;
  const edges = tenths instanceof DuckDBListValue ? [...new Set(tenths.items.map(Number))] : [];
  const place =
    edges.length === 0
      ? '1'
      : `CASE WHEN ${number} < CAST('${least}' AS DOUBLE) THEN 0
           ELSE 1 + len(list_filter([${edges.map((edge) => `CAST('${edge}' AS DOUBLE)`).join(', ')}], lambda edge: edge < ${number})) END`;
  const counted = await connection.runAndReadAll(
    `SELECT ${place} AS place, count(*) FILTER (NOT later), count(*) FILTER (later)
     FROM ${SAMPLE} WHERE ${number} IS NOT NULL GROUP BY place ORDER BY place`,
  );
  const from = (at: number) =>
    at === 0 ? null : at === 1 ? (least === null ? null : Number(least)) : edges[at - 2]!;
  const to = (at: number) => (at === 0 ? Number(least) : (edges[at - 1] ?? null));
  return counted.getRows().map(([at, before, after]) => ({
    kind: 'range',
    from: from(Number(at)),
    to: to(Number(at)),
    value: null,
    before: Number(before),
    after: Number(after),
  }));
}

/** The greatest distance of the two distribution functions, taken after each different value, so that repeated ones do not count twice. */
async function smirnov(connection: DuckDBConnection, number: string): Promise<Drift['ks']> {
  const result = await connection.runAndReadAll(
    `WITH counted AS (
       SELECT ${number} AS point, count(*) FILTER (NOT later) AS b, count(*) FILTER (later) AS a
       FROM ${SAMPLE} WHERE ${number} IS NOT NULL GROUP BY 1
     ), totals AS (SELECT sum(b) AS before, sum(a) AS after FROM counted),
     running AS (SELECT sum(b) OVER (ORDER BY point) AS b, sum(a) OVER (ORDER BY point) AS a FROM counted)
     SELECT any_value(before), any_value(after), max(abs(b / before - a / after)) FROM running, totals`,
  );
  const [before, after, d] = result.getRows()[0]!.map((each) => (each === null ? 0 : Number(each)));
  if (!before || !after) return null;
  return { d: d!, pValue: kolmogorovSmirnovPValue(d!, before, after) };
}
