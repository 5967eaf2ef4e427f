import type { Data, Layout } from 'plotly.js/lib/core';
import { type ChartLine, type HorizontalAxis, positions } from './chart-line.ts';
import type { ChartTokens } from './chart-tokens.ts';
import { fullStrengthLines, lineStyle } from './line-style.ts';
import { extent, rangeWithoutOutliers, steppedLogRange, steppedRange, type ValueRange } from './range.ts';
import { smooth } from './smoothing.ts';
import {
  elapsedTicks,
  formatElapsedTick,
  formatLogTick,
  formatTick,
  linearTicks,
  logTicks,
} from './ticks.ts';

export interface LinePlotOptions {
  readonly scale: 'linear' | 'log';
  readonly axis: HorizontalAxis;
  /** 0 to below 1; above 0 the raw line stands behind the smoothed one. */
  readonly smoothing: number;
  readonly showRaw: boolean;
  readonly rawOpacity: number;
  readonly ignoreOutliers: boolean;
  readonly focusedId: string | null;
  /** The part of the horizontal axis to show; null shows all. */
  readonly zoom: ValueRange | null;
  /** While points still come, the horizontal axis grows in steps. */
  readonly live: boolean;
  /** The least horizontal extent, so that the charts of a page share one; null takes the lines' own. */
  readonly reach: number | null;
  /** About how many ticks the horizontal axis has room for. */
  readonly ticks: number;
  /** The vertical axis begins at zero, and reaches at least to `least`: for amounts, which areas and bars compare. */
  readonly fromZero?: boolean;
  readonly least?: number;
}

/** A line made ready to draw: where its points lie, and what is drawn there. */
export interface PlottedLine {
  readonly line: ChartLine;
  readonly x: readonly number[];
  readonly raw: readonly number[];
  readonly shown: readonly number[];
}

interface Axis {
  readonly range: ValueRange;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

export interface LinePlot {
  readonly lines: readonly PlottedLine[];
  readonly horizontal: Axis;
  readonly vertical: Axis;
  /** Points that the vertical range leaves out. */
  readonly clipped: number;
  /** Points without a logarithm, which a log axis leaves out. */
  readonly notPositive: number;
  readonly scale: 'linear' | 'log';
}

/** Works out what a chart shows: smoothed values, ranges, ticks. Pure; drawing comes after. */
export function planLinePlot(lines: readonly ChartLine[], options: LinePlotOptions): LinePlot {
  let notPositive = 0;
  const drawable = (value: number) => {
    if (options.scale === 'linear' || !Number.isFinite(value) || value > 0) return value;
    notPositive += 1;
    return Number.NaN;
  };
  const plotted = lines.map((line): PlottedLine => {
    const raw = line.values.map(drawable);
    return { line, x: positions(line, options.axis), raw, shown: smooth(raw, options.smoothing) };
  });
  const horizontal = horizontalAxis(plotted, options);
  const visible = (values: (line: PlottedLine) => readonly number[]) =>
    plotted.flatMap((line) =>
      values(line).filter((_, index) => {
        const x = line.x[index] ?? Number.NaN;
        return x >= horizontal.range.min && x <= horizontal.range.max;
      }),
    );
  const values = visible((line) => (options.showRaw ? line.raw : line.shown));
  const { axis, clipped } = verticalAxis(values, options);
  return { lines: plotted, horizontal, vertical: axis, clipped, notPositive, scale: options.scale };
}

function horizontalAxis(lines: readonly PlottedLine[], options: LinePlotOptions): Axis {
  const whole = extent(lines.flatMap((line) => [line.x[0] ?? Number.NaN, line.x.at(-1) ?? Number.NaN]));
  const own = whole ?? { min: 0, max: 1 };
  const full = { min: own.min, max: Math.max(own.max, options.reach ?? own.max) };
  const grown = options.live ? steppedRange({ min: 0, max: Math.max(full.max, 1) }, 6) : full;
  const fromZero = { min: full.min > 0 && full.min < full.max * 0.2 ? 0 : full.min, max: grown.max };
  const range =
    options.zoom ?? (fromZero.min < fromZero.max ? fromZero : { min: full.min, max: full.min + 1 });
  if (options.axis === 'time') {
    const ticks = elapsedTicks(range.max - range.min, options.ticks).map((at) => at + range.min);
    return { range, ticks: ticks.map((at) => ({ at, label: formatElapsedTick(at) })) };
  }
  const ticks = linearTicks(range.min, range.max, options.ticks).filter((at) => Number.isInteger(at));
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  return { range, ticks: ticks.map((at) => ({ at, label: formatTick(at, step) })) };
}

function verticalAxis(
  values: readonly number[],
  options: LinePlotOptions,
): { readonly axis: Axis; readonly clipped: number } {
  const robust = options.ignoreOutliers ? rangeWithoutOutliers(values) : null;
  const clipped = robust?.clipped ?? 0;
  const kept: ValueRange | null = robust ?? extent(values);
  if (options.scale === 'log') {
    const range = steppedLogRange(kept ?? { min: 0.1, max: 1 });
    const ticks = logTicks(range.min, range.max);
    return { axis: { range, ticks: ticks.map((at) => ({ at, label: formatLogTick(at) })) }, clipped };
  }
  const own = kept ?? { min: 0, max: 1 };
  const floor = options.fromZero ? Math.min(0, own.min) : own.min;
  const range = steppedRange({
    min: floor,
    max: options.fromZero ? Math.max(own.max, options.least ?? 0) : own.max,
  });
  const ticks = linearTicks(range.min, range.max, options.ticks > 3 ? 5 : 3);
  const step = (ticks[1] ?? range.max) - (ticks[0] ?? range.min);
  return { axis: { range, ticks: ticks.map((at) => ({ at, label: formatTick(at, step) })) }, clipped };
}

/** Plotly's traces for a plan: raw lines and bands behind, the focused line last. */
export function plotTraces(plan: LinePlot, options: LinePlotOptions, tokens: ChartTokens): Data[] {
  const count = plan.lines.length;
  const styled = plan.lines.map((plotted, index) => {
    const focus =
      options.focusedId === null ? 'none' : options.focusedId === plotted.line.id ? 'this' : 'other';
    const style = lineStyle(index, count, focus);
    return { plotted, style, focus, color: colorOf(plotted.line, tokens) };
  });
  const last = styled.filter(({ focus }) => focus === 'this');
  const ordered = [...styled.filter(({ focus }) => focus !== 'this'), ...last];
  const behind: Data[] = [];
  const front: Data[] = [];
  for (const { plotted, style, color } of ordered) {
    const trace = { type: 'scatter', mode: 'lines', hoverinfo: 'skip', connectgaps: false } as const;
    const { band } = plotted.line;
    if (band && options.smoothing === 0 && count <= fullStrengthLines) {
      const edge = { width: 0, color };
      behind.push(
        { ...trace, x: [...plotted.x], y: [...band.min], line: edge },
        {
          ...trace,
          x: [...plotted.x],
          y: [...band.max],
          line: edge,
          fill: 'tonexty',
          fillcolor: withOpacity(color, 0.14),
        },
      );
    }
    if (options.smoothing > 0 && options.showRaw && style.opacity === 1) {
      behind.push({
        ...trace,
        x: [...plotted.x],
        y: [...plotted.raw],
        opacity: options.rawOpacity,
        line: { color, width: 1 },
      });
    }
    front.push({
      ...trace,
      x: [...plotted.x],
      y: [...plotted.shown],
      opacity: style.opacity,
      line: { color, width: style.widthPx, dash: style.dash },
    });
  }
  return [...behind, ...front];
}

/** Space around the plot in pixels. */
export interface PlotMargin {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Plotly's layout for a plan: fixed margins and ticks, hairline grid, no frame. */
export function plotLayout(plan: LinePlot, margin: PlotMargin, tokens: ChartTokens): Partial<Layout> {
  const font = { family: tokens.mono, size: 10, color: tokens.text };
  const log = plan.scale === 'log';
  const ends = plan.vertical.range;
  return {
    autosize: false,
    margin: { l: margin.left, r: margin.right, t: margin.top, b: margin.bottom, pad: 0 },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    showlegend: false,
    font,
    xaxis: {
      type: 'linear',
      range: [plan.horizontal.range.min, plan.horizontal.range.max],
      tickmode: 'array',
      tickvals: plan.horizontal.ticks.map(({ at }) => at),
      ticktext: plan.horizontal.ticks.map(({ label }) => label),
      showgrid: false,
      zeroline: false,
      showline: true,
      linecolor: tokens.axis,
      linewidth: 1,
      ticks: 'outside',
      ticklen: 3,
      tickcolor: tokens.axis,
      tickangle: 0,
      fixedrange: true,
    },
    yaxis: {
      type: log ? 'log' : 'linear',
      range: log ? [Math.log10(ends.min), Math.log10(ends.max)] : [ends.min, ends.max],
      tickmode: 'array',
      tickvals: plan.vertical.ticks.map(({ at }) => at),
      ticktext: plan.vertical.ticks.map(({ label }) => label),
      gridcolor: tokens.grid,
      gridwidth: 1,
      zeroline: false,
      showline: false,
      ticks: 'outside',
      ticklen: 5,
      tickcolor: 'rgba(0,0,0,0)',
      fixedrange: true,
    },
  };
}

/** Room for the widest label of the vertical axis, in 10 px mono. */
export function leftMargin(plan: LinePlot): number {
  const widest = Math.max(1, ...plan.vertical.ticks.map(({ label }) => label.length));
  return Math.max(30, Math.ceil(widest * 6.05) + 10);
}

/** Where a value of the vertical axis lies, from 0 at the bottom to 1 at the top; null where it cannot be drawn. */
export function verticalPlace(plan: LinePlot, value: number): number | null {
  const { min, max } = plan.vertical.range;
  if (!Number.isFinite(value)) return null;
  if (plan.scale === 'linear') return (value - min) / (max - min);
  if (value <= 0) return null;
  return Math.log(value / min) / Math.log(max / min);
}

function colorOf(line: ChartLine, tokens: ChartTokens): string {
  return line.color === null ? tokens.mark : (tokens.runs[line.color - 1] ?? tokens.mark);
}

function withOpacity(hex: string, opacity: number): string {
  const value = Number.parseInt(hex.slice(1), 16);
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return hex;
  return `rgba(${(value >> 16) & 255},${(value >> 8) & 255},${value & 255},${opacity})`;
}
