import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import { formatMetric } from '../components/format.ts';
import { type HorizontalAxis, nearestIndex } from './chart-line.ts';
import { runColorVariable } from './chart-tokens.ts';
import { useCursor } from './cursor.tsx';
import styles from './line-chart.module.css';
import { type LinePlot, type PlotMargin, type PlottedLine, verticalPlace } from './line-plot.ts';
import { formatPosition } from './numbers.ts';
import type { ValueRange } from './range.ts';
import { zoomByKey } from './zoom-keys.ts';

interface LineOverlayProps {
  readonly plan: LinePlot;
  readonly margin: PlotMargin;
  readonly width: number;
  readonly height: number;
  readonly axis: HorizontalAxis;
  readonly labelEnds: boolean;
  /** All that the horizontal axis can show. */
  readonly whole: ValueRange;
  readonly onZoom: (range: ValueRange | null) => void;
  readonly title: string;
}

/** Everything that moves with the pointer: cursor line, dots, the box on the axis, the selection that zooms. */
export function LineOverlay(props: LineOverlayProps) {
  const { plan, margin, width, height, axis, title } = props;
  const cursor = useCursor();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const area = useRef<HTMLDivElement>(null);
  const inner = {
    width: Math.max(1, width - margin.left - margin.right),
    height: Math.max(1, height - margin.top - margin.bottom),
  };
  const { min, max } = plan.horizontal.range;
  const toPixel = (x: number) => margin.left + ((x - min) / (max - min)) * inner.width;
  const toValue = (pixel: number) => min + ((pixel - margin.left) / inner.width) * (max - min);
  const toY = (value: number) => {
    const place = verticalPlace(plan, value);
    return place === null || place < -0.02 || place > 1.02 ? null : margin.top + (1 - place) * inner.height;
  };
  const longest = useMemo(
    () => plan.lines.reduce<readonly number[]>((best, { x }) => (x.length > best.length ? x : best), []),
    [plan],
  );

  function pointerValue(event: PointerEvent): number {
    const box = area.current?.getBoundingClientRect();
    const value = toValue(event.clientX - (box?.left ?? 0));
    return Math.min(max, Math.max(min, value));
  }

  function snapped(value: number): number {
    return longest[nearestIndex(longest, value)] ?? value;
  }

  function onKeyDown(event: KeyboardEvent) {
    const zoom =
      event.altKey || event.metaKey
        ? undefined
        : zoomByKey(event, plan.horizontal.range, props.whole, cursor.at);
    if (zoom !== undefined) {
      event.preventDefault();
      props.onZoom(zoom);
      return;
    }
    // The cursor stays among the points that show.
    const first = longest.findIndex((x) => x >= min);
    const last = longest.findLastIndex((x) => x <= max);
    const known = cursor.at !== null && cursor.at >= min && cursor.at <= max ? cursor.at : null;
    const at = known === null ? last : nearestIndex(longest, known);
    const stride = event.shiftKey ? Math.max(1, Math.round((last - first) / 20)) : 1;
    const target = { ArrowLeft: at - stride, ArrowRight: at + stride, Home: first, End: last }[event.key];
    if (target !== undefined && first >= 0 && first <= last) {
      event.preventDefault();
      cursor.moveTo(longest[Math.min(last, Math.max(first, target))] ?? null);
    } else if (event.key === 'Escape') {
      cursor.moveTo(null);
    }
  }

  const at = cursor.at !== null && cursor.at >= min && cursor.at <= max ? cursor.at : null;
  const dots = at === null ? [] : plan.lines.flatMap((plotted) => dotAt(plotted, at));
  return (
    <div
      ref={area}
      className={styles.overlay}
      role="slider"
      tabIndex={0}
      aria-label={`Cursor of ${title}`}
      aria-keyshortcuts="+ - 0 Control+ArrowLeft Control+ArrowRight"
      title="Drag, or + and −, to zoom; double click, or 0, shows all"
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={at ?? max}
      aria-valuetext={
        at === null
          ? 'off'
          : `${formatPosition(at, axis)}: ${dots.map(({ plotted, value }) => `${plotted.line.name} ${formatMetric(value)}`).join(', ')}`
      }
      onKeyDown={onKeyDown}
      onPointerMove={(event) => {
        const value = pointerValue(event);
        cursor.moveTo(snapped(value));
        if (drag) setDrag({ ...drag, to: value });
      }}
      onPointerLeave={() => cursor.moveTo(null)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: pointerValue(event), to: pointerValue(event) });
      }}
      onPointerUp={() => {
        if (drag && Math.abs(toPixel(drag.to) - toPixel(drag.from)) > 8) {
          props.onZoom({ min: Math.min(drag.from, drag.to), max: Math.max(drag.from, drag.to) });
        }
        setDrag(null);
      }}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={() => props.onZoom(null)}
    >
      <svg width={width} height={height} aria-hidden="true">
        {drag && Math.abs(drag.to - drag.from) > 0 ? (
          <rect
            className={styles.selection}
            x={Math.min(toPixel(drag.from), toPixel(drag.to))}
            width={Math.abs(toPixel(drag.to) - toPixel(drag.from))}
            y={margin.top}
            height={inner.height}
          />
        ) : null}
        {props.labelEnds && at === null ? endLabels(plan, toPixel, toY) : null}
        {at !== null ? (
          <line
            className={styles.cursorLine}
            x1={toPixel(at)}
            x2={toPixel(at)}
            y1={margin.top}
            y2={margin.top + inner.height}
          />
        ) : null}
        {dots.map(({ plotted, x, value }) => {
          const y = toY(value);
          return y === null || x < min || x > max ? null : (
            <circle
              key={plotted.line.id}
              className={styles.dot}
              cx={toPixel(x)}
              cy={y}
              r={4}
              style={{ fill: runColorVariable(plotted.line.color) }}
            />
          );
        })}
      </svg>
      {at !== null ? (
        <span className={styles.step} style={{ left: toPixel(at), top: margin.top + inner.height + 3 }}>
          {formatPosition(at, axis)}
        </span>
      ) : null}
    </div>
  );
}

function dotAt(plotted: PlottedLine, at: number) {
  const first = plotted.x[0];
  const last = plotted.x.at(-1);
  if (first === undefined || last === undefined || at < first || at > last) return [];
  const index = nearestIndex(plotted.x, at);
  const x = plotted.x[index];
  const value = plotted.shown[index];
  return x === undefined || value === undefined || Number.isNaN(value) ? [] : [{ plotted, x, value }];
}

/** Names at the ends of one or two lines, kept apart where the ends meet. */
function endLabels(plan: LinePlot, toPixel: (x: number) => number, toY: (value: number) => number | null) {
  const ends = plan.lines.flatMap(({ line, x, shown }) => {
    const index = shown.findLastIndex((value) => Number.isFinite(value));
    const at = x[index];
    const y = toY(shown[index] ?? Number.NaN);
    return at === undefined || y === null || at > plan.horizontal.range.max
      ? []
      : [{ line, x: toPixel(at), y }];
  });
  ends.sort((a, b) => a.y - b.y);
  return ends.map(({ line, x, y }, index) => {
    const above = ends[index - 1];
    const labelY = above && y - above.y < 12 ? above.y + 12 : y;
    return (
      <g key={line.id}>
        <circle className={styles.dot} cx={x} cy={y} r={3.5} style={{ fill: runColorVariable(line.color) }} />
        <text className={styles.endLabel} x={x + 7} y={labelY + 3.5}>
          {line.name}
        </text>
      </g>
    );
  });
}
