import { runColorVariable } from './chart-tokens.ts';
import { extent, type ValueRange } from './range.ts';

interface SparklineProps {
  readonly values: readonly number[];
  readonly color?: number | null;
  readonly width?: number;
  readonly height?: number;
  /** Shared by all sparklines of a column, so that they compare. */
  readonly range?: ValueRange | null;
  /** Share of the full width that the values fill, 0 to 1, for a run that is not over. */
  readonly fill?: number;
  /** Marks the end with a dot: points still come. */
  readonly live?: boolean;
  readonly label: string;
}

/** A curve the size of a word. */
export function Sparkline(props: SparklineProps) {
  const { values, color = null, width = 94, height = 18, fill = 1, live = false, label } = props;
  const range = props.range ?? extent(values) ?? { min: 0, max: 1 };
  const span = range.max - range.min || 1;
  const end = Math.max(2, (width - 6) * fill);
  const points = values.flatMap((value, index) => {
    if (!Number.isFinite(value)) return [];
    const x = 1 + (values.length > 1 ? (index / (values.length - 1)) * end : 0);
    const kept = Math.min(range.max, Math.max(range.min, value));
    return [{ x, y: 2 + (1 - (kept - range.min) / span) * (height - 4) }];
  });
  const last = points.at(-1);
  if (!last) return null;
  const ink = runColorVariable(color);
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: 'block' }}>
      <polyline
        points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}
        fill="none"
        strokeWidth={1.4}
        strokeLinejoin="round"
        style={{ stroke: ink }}
      />
      {live ? <circle cx={last.x} cy={last.y} r={2} style={{ fill: ink }} /> : null}
    </svg>
  );
}
