import { IconArrowBackUp, IconDownload, IconTable } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { formatMetric } from '../components/format.ts';
import { type ChartLine, type HorizontalAxis, nearestIndex } from './chart-line.ts';
import { ChartTableView } from './chart-table-view.tsx';
import { type ChartTokens, readLightTokens, runColorVariable, useChartTokens } from './chart-tokens.ts';
import { useCursor } from './cursor.tsx';
import styles from './line-chart.module.css';
import { LineOverlay } from './line-overlay.tsx';
import {
  type LinePlot,
  type LinePlotOptions,
  leftMargin,
  type PlotMargin,
  planLinePlot,
  plotLayout,
  plotTraces,
} from './line-plot.ts';
import { formatPosition } from './numbers.ts';
import { loadPlotly, type Plotly } from './plotly.loader.ts';
import type { ValueRange } from './range.ts';
import { useSize } from './use-size.ts';

interface LineChartProps {
  readonly title: string;
  /** Unit or a word on the quantity; the scale's name is added. */
  readonly unit?: string;
  readonly lines: readonly ChartLine[];
  readonly scale?: 'linear' | 'log';
  readonly axis?: HorizontalAxis;
  /** 0 (none) to below 1. */
  readonly smoothing?: number;
  readonly showRaw?: boolean;
  readonly ignoreOutliers?: boolean;
  readonly focusedId?: string | null;
  readonly live?: boolean;
  /** Greatest position that the page's charts show, so that they share one horizontal axis. */
  readonly reach?: number | null;
  /** Amounts: the vertical axis begins at zero and reaches at least to this. */
  readonly amountTo?: number;
  /** Values of the head in words, with their unit. */
  readonly reading?: (value: number) => string;
  /** One of many small charts: thinner raw lines, no end labels, one value in the head. */
  readonly small?: boolean;
  /** Whether values stand in the chart's own head; a page with a legend of its own turns it off. */
  readonly readings?: boolean;
  /** Told of the part of the horizontal axis that shows, so that `lines` can have more detail there; null is all of it. */
  readonly onZoom?: (zoom: ValueRange | null) => void;
  /** Whether up to three lines carry their names at their ends. */
  readonly labels?: boolean;
}

/** Overlaid curves with a cursor that all charts of the page share. */
export function LineChart(props: LineChartProps) {
  const { title, lines, scale = 'linear', axis = 'step', smoothing = 0, small = false } = props;
  const {
    showRaw = true,
    ignoreOutliers = false,
    focusedId = null,
    live = false,
    reach = null,
    amountTo,
  } = props;
  const [zoom, setZoom] = useState<ValueRange | null>(null);
  const [asTable, setAsTable] = useState(false);
  const [area, size] = useSize<HTMLDivElement>();
  const tokens = useChartTokens();
  const options: LinePlotOptions = useMemo(
    () => ({
      scale,
      axis,
      smoothing,
      showRaw,
      rawOpacity: small ? 0.13 : 0.26,
      ignoreOutliers,
      focusedId,
      zoom,
      live,
      reach,
      ticks: small ? 3 : 6,
      fromZero: amountTo !== undefined,
      least: amountTo ?? 0,
    }),
    [scale, axis, smoothing, showRaw, small, ignoreOutliers, focusedId, zoom, live, reach, amountTo],
  );
  const plan = useMemo(() => planLinePlot(lines, options), [lines, options]);
  const whole = useRef(plan.horizontal.range);
  if (zoom === null) whole.current = plan.horizontal.range;
  const { onZoom } = props;
  const zoomTo = (next: ValueRange | null) => {
    // Between two steps there is nothing to see.
    const kept = next !== null && axis === 'step' && next.max - next.min < 1 ? zoom : next;
    setZoom(kept);
    onZoom?.(kept);
  };
  const labelEnds =
    props.labels !== false && !small && lines.length <= 3 && lines.some(({ name }) => name !== title);
  const margin: PlotMargin = useMemo(
    () => ({
      left: leftMargin(plan),
      right: labelEnds ? 12 + Math.max(0, ...lines.map(({ name }) => name.length * 6)) : 12,
      top: 6,
      bottom: 20,
    }),
    [plan, labelEnds, lines],
  );
  const note = [
    props.unit,
    zoom && !small ? `${formatPosition(zoom.min, axis)} – ${formatPosition(zoom.max, axis)}` : null,
    scale === 'log' ? 'log scale' : null,
    plan.clipped > 0 ? `${plan.clipped} outliers outside` : null,
    plan.notPositive > 0 ? `${plan.notPositive} values not above 0 left out` : null,
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <section className={`${styles.chart} ${small ? styles.small : ''}`} aria-label={title}>
      <header className={styles.head}>
        <span className={styles.title}>{title}</span>
        <span className={styles.note}>{note}</span>
        <span className={styles.actions}>
          {zoom ? (
            <button type="button" className={styles.action} title="Show all" onClick={() => zoomTo(null)}>
              <IconArrowBackUp size={14} stroke={1.5} aria-hidden />
              <span className="sr-only">Show all</span>
            </button>
          ) : null}
          <button
            type="button"
            className={styles.action}
            title="Show as table"
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            <IconTable size={14} stroke={1.5} aria-hidden />
            <span className="sr-only">Show as table</span>
          </button>
          {(['png', 'svg'] as const).map((format) => (
            <button
              key={format}
              type="button"
              className={styles.action}
              title={`Save as ${format.toUpperCase()}`}
              onClick={() => void savePicture(title, plan, options, format)}
            >
              {format === 'png' ? (
                <IconDownload size={14} stroke={1.5} aria-hidden />
              ) : (
                <span style={{ font: '400 9px var(--font-mono)' }} aria-hidden>
                  svg
                </span>
              )}
              <span className="sr-only">Save as {format.toUpperCase()}</span>
            </button>
          ))}
        </span>
        {props.readings === false ? null : (
          <Readings plan={plan} small={small} words={props.reading ?? formatMetric} />
        )}
      </header>
      <div ref={area} className={styles.plot}>
        {asTable ? (
          <ChartTableView lines={lines} axis={axis} caption={title} />
        ) : (
          <>
            <Canvas plan={plan} options={options} margin={margin} tokens={tokens} size={size} title={title} />
            {size.width > 0 ? (
              <LineOverlay
                plan={plan}
                margin={margin}
                width={size.width}
                height={size.height}
                axis={axis}
                labelEnds={labelEnds}
                whole={whole.current}
                onZoom={zoomTo}
                title={title}
              />
            ) : null}
          </>
        )}
      </div>
    </section>
  );
}

interface CanvasProps {
  readonly plan: LinePlot;
  readonly options: LinePlotOptions;
  readonly margin: PlotMargin;
  readonly tokens: ChartTokens;
  readonly size: { readonly width: number; readonly height: number };
  readonly title: string;
}

/** The lines themselves, drawn by Plotly as SVG; `react` updates them in place, so new points appear without easing. */
function Canvas({ plan, options, margin, tokens, size, title }: CanvasProps) {
  const element = useRef<HTMLDivElement>(null);
  const [plotly, setPlotly] = useState<Plotly | null>(null);
  useEffect(() => {
    let wanted = true;
    void loadPlotly().then((loaded) => {
      if (wanted) setPlotly(() => loaded);
    });
    return () => {
      wanted = false;
    };
  }, []);
  useEffect(() => {
    const target = element.current;
    if (!plotly || !target || size.width < 40 || size.height < 40) return;
    const layout = { ...plotLayout(plan, margin, tokens), width: size.width, height: size.height };
    void plotly.react(target, plotTraces(plan, options, tokens), layout, { staticPlot: true });
  }, [plotly, plan, options, margin, tokens, size.width, size.height]);
  useEffect(() => {
    const target = element.current;
    return () => {
      if (plotly && target) plotly.purge(target);
    };
  }, [plotly]);
  return (
    <>
      <div ref={element} className={styles.canvas} role="img" aria-label={description(title, plan)} />
      {plotly ? null : <div className={styles.loading}>Loading the chart</div>}
    </>
  );
}

/** A chart in words: what, how many lines, and where each ends. */
function description(title: string, plan: LinePlot): string {
  const ends = plan.lines.slice(0, 12).map(({ line }) => `${line.name} ${formatMetric(line.values.at(-1))}`);
  const more = plan.lines.length > 12 ? `, and ${plan.lines.length - 12} more` : '';
  return `${title}, ${plan.lines.length === 1 ? 'one line' : `${plan.lines.length} lines`}: ${ends.join(', ')}${more}`;
}

interface ReadingsProps {
  readonly plan: LinePlot;
  readonly small: boolean;
  readonly words: (value: number) => string;
}

function Readings({ plan, small, words }: ReadingsProps) {
  const { at } = useCursor();
  const shown = plan.lines.slice(0, small || plan.lines.length > 3 ? 1 : 3);
  return (
    <span className={styles.readings}>
      {shown.map(({ line, x, shown: values }) => {
        const value = at === null ? values.at(-1) : values[nearestIndex(x, at)];
        return (
          <span key={line.id} className={styles.reading}>
            {plan.lines.length > 1 && !small ? (
              <i style={{ background: runColorVariable(line.color) }} />
            ) : null}
            {plan.lines.length > 1 && !small ? line.name : null} {words(value ?? Number.NaN)}
          </span>
        );
      })}
    </span>
  );
}

/** Saves the chart as it shows, in the light theme, with its title. */
async function savePicture(
  title: string,
  plan: LinePlot,
  options: LinePlotOptions,
  format: 'png' | 'svg',
): Promise<void> {
  const plotly = await loadPlotly();
  const tokens = readLightTokens();
  const margin = { left: leftMargin(plan) + 8, right: 24, top: 44, bottom: 36 };
  const layout = {
    ...plotLayout(plan, margin, tokens),
    paper_bgcolor: tokens.surface,
    title: { text: title, font: { size: 14, color: tokens.text } },
    showlegend: plan.lines.length > 1,
    width: 960,
    height: 540,
  };
  const data = plotTraces(plan, options, tokens);
  const named = data.map((trace, index) => {
    const line = plan.lines[index - (data.length - plan.lines.length)];
    return { ...trace, name: line?.line.name ?? '', showlegend: line !== undefined };
  });
  const url = await plotly.toImage({ data: named, layout }, { format, width: 960, height: 540, scale: 2 });
  const link = document.createElement('a');
  link.href = url;
  link.download = `${title.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}.${format}`;
  link.click();
}
