import { type ChartLine, type HorizontalAxis, positions } from './chart-line.ts';

/** The numbers behind a chart, one row per position and one column per line. */
interface ChartTable {
  readonly rows: readonly { readonly at: number; readonly values: readonly (number | null)[] }[];
  /** Rows before thinning; greater than `rows.length` where rows were left out. */
  readonly total: number;
}

/** Joins lines by position into rows, evenly thinned to at most `limit` with the last kept. */
export function chartTable(lines: readonly ChartLine[], axis: HorizontalAxis, limit = 200): ChartTable {
  const byPosition = new Map<number, (number | null)[]>();
  lines.forEach((line, column) => {
    positions(line, axis).forEach((at, index) => {
      const row = byPosition.get(at) ?? lines.map(() => null);
      const value = line.values[index];
      row[column] = value === undefined || Number.isNaN(value) ? null : value;
      byPosition.set(at, row);
    });
  });
  const all = [...byPosition].map(([at, values]) => ({ at, values })).sort((a, b) => a.at - b.at);
  const every = Math.max(1, Math.ceil(all.length / limit));
  const rows = all.filter((_, index) => index % every === 0 || index === all.length - 1);
  return { rows, total: all.length };
}
