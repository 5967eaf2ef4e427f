import type { ResultColumn, ResultDisplay } from '../../../../app/contract/data-sql.contract.ts';
import type { Cell } from '../../../../app/contract/wire.ts';
import { extent, steppedRange, type ValueRange } from '../../../charts/range.ts';
import { formatTick, linearTicks } from '../../../charts/ticks.ts';

export interface ChartTick {
  /** 0 at the start of the axis, 1 at its end. */
  readonly at: number;
  readonly label: string;
}

export interface ChartPoint {
  /** 0 to 1 along each axis, up for y. */
  readonly x: number;
  readonly y: number;
  readonly words: string;
}

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly ChartPoint[];
}

/** A chart worked out: where everything stands, as shares of its area. */
export interface ChartPlan {
  readonly kind: 'bar' | 'line' | 'scatter' | 'histogram';
  readonly series: readonly ChartSeries[];
  readonly xTicks: readonly ChartTick[];
  readonly yTicks: readonly ChartTick[];
  /** Height of zero, for bars. */
  readonly zero: number;
  /** Width of a bar with its gap. */
  readonly step: number;
  /** Values that are no numbers or missing. */
  readonly leftOut: number;
}

const mostBins = 40;
const mostLabels = 12;

/** What a chart of a result looks like; null where its columns are not chosen yet or have nothing to draw. */
export function planChart(
  columns: readonly ResultColumn[],
  rows: readonly (readonly Cell[])[],
  { kind, x: xName, y: yNames }: ResultDisplay,
): ChartPlan | null {
  if (kind === 'table') return null;
  const place = (name: string) => columns.findIndex((column) => column.name === name);
  const xAt = xName === null ? -1 : place(xName);
  if (xAt < 0) return null;
  if (kind === 'histogram')
    return histogram(rows.map((row) => numberOf(row[xAt] ?? null, columns[xAt]?.kind)));
  const ys = yNames.flatMap((name) => (place(name) < 0 ? [] : [{ name, at: place(name) }]));
  if (ys.length === 0 || rows.length === 0) return null;
  const xKind = columns[xAt]?.kind ?? 'other';
  const categorical = kind === 'bar' || !(xKind === 'integer' || xKind === 'number' || xKind === 'time');
  const categories = categorical ? [...new Set(rows.map((row) => words(row[xAt] ?? null)))] : [];
  const index = new Map(categories.map((word, at) => [word, at]));
  const xValues = rows.map((row) => numberOf(row[xAt] ?? null, xKind));
  const xRange = range(xValues, false);
  const yAll = rows.flatMap((row) => ys.map(({ at }) => numberOf(row[at] ?? null, columns[at]?.kind)));
  const own = extent(yAll);
  if (own === null || (!categorical && extent(xValues) === null)) return null;
  const yRange = range(kind === 'bar' ? [...yAll, 0] : yAll, true);
  const share = (value: number, { min, max }: ValueRange) =>
    max === min ? 0.5 : (value - min) / (max - min);
  let leftOut = 0;
  const series = ys.map(({ name, at }): ChartSeries => {
    const points = rows.flatMap((row, rowAt): ChartPoint[] => {
      const y = numberOf(row[at] ?? null, columns[at]?.kind);
      const word = words(row[xAt] ?? null);
      const x = categorical
        ? ((index.get(word) ?? 0) + 0.5) / categories.length
        : share(xValues[rowAt] ?? Number.NaN, xRange);
      if (Number.isFinite(x) && Number.isFinite(y)) {
        return [{ x, y: share(y, yRange), words: `${word}: ${name} ${formatValue(y)}` }];
      }
      leftOut += 1;
      return [];
    });
    return { name, points: kind === 'line' ? points.toSorted((a, b) => a.x - b.x) : points };
  });
  return {
    kind,
    series,
    xTicks: categorical ? categoryTicks(categories) : axisTicks(xRange, xKind === 'time'),
    yTicks: axisTicks(yRange, false),
    zero: Math.max(0, Math.min(1, share(0, yRange))),
    step: categorical ? 1 / categories.length : 0,
    leftOut,
  };
}

function histogram(values: readonly number[]): ChartPlan | null {
  const finite = values.filter(Number.isFinite);
  const ends = extent(finite);
  if (!ends) return null;
  // Sturges' rule gives too few bars for many values; twice the cube root is Rice's.
  const bins = Math.max(1, Math.min(mostBins, Math.ceil(2 * Math.cbrt(finite.length))));
  const width = ends.max === ends.min ? 1 : (ends.max - ends.min) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of finite) {
    const bin = Math.min(bins - 1, Math.floor((value - ends.min) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const top = steppedRange({ min: 0, max: Math.max(...counts) });
  const whole = { min: ends.min, max: ends.min + width * bins };
  return {
    kind: 'histogram',
    series: [
      {
        name: 'rows',
        points: counts.map((count, bin) => ({
          x: (bin + 0.5) / bins,
          y: count / top.max,
          words: `${formatValue(ends.min + bin * width)} to ${formatValue(ends.min + (bin + 1) * width)}: ${count}`,
        })),
      },
    ],
    xTicks: axisTicks(whole, false),
    yTicks: axisTicks({ min: 0, max: top.max }, false),
    zero: 0,
    step: 1 / bins,
    leftOut: values.length - finite.length,
  };
}

function numberOf(value: Cell, kind: ResultColumn['kind'] | undefined): number {
  if (value === null) return Number.NaN;
  if (kind === 'time') return Date.parse(String(value));
  return typeof value === 'boolean' ? Number(value) : Number(value);
}

const words = (value: Cell): string => (value === null ? 'missing' : String(value));
const formatValue = (value: number): string => String(Number(value.toPrecision(6)));

function range(values: readonly number[], stepped: boolean): ValueRange {
  const own = extent(values) ?? { min: 0, max: 1 };
  return stepped ? steppedRange(own) : own;
}

function axisTicks(range: ValueRange, isTime: boolean): readonly ChartTick[] {
  const { min, max } = range;
  if (max === min) return [{ at: 0.5, label: isTime ? day(min, 0) : formatValue(min) }];
  const ticks = linearTicks(min, max, 5);
  const step = (ticks[1] ?? max) - (ticks[0] ?? min);
  if (!isTime) return ticks.map((at) => ({ at: (at - min) / (max - min), label: formatTick(at, step) }));
  return [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: day(min + at * (max - min), max - min) }));
}

/** A time on an axis: the day, with the clock where all of it is within a few days. */
function day(atMs: number, spanMs: number): string {
  const iso = new Date(atMs).toISOString();
  return spanMs < 3 * 86_400_000 ? iso.slice(5, 16).replace('T', ' ') : iso.slice(0, 10);
}

function categoryTicks(categories: readonly string[]): readonly ChartTick[] {
  const every = Math.max(1, Math.ceil(categories.length / mostLabels));
  return categories.flatMap((label, index) =>
    index % every === 0 ? [{ at: (index + 0.5) / categories.length, label }] : [],
  );
}
