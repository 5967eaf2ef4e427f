import { extent } from './range.ts';

interface AreaSparkProps {
  readonly values: readonly number[];
  readonly width?: number;
  readonly height?: number;
  /** The top of the area; the greatest value where it is not known. */
  readonly greatest?: number | null;
  readonly label: string;
}

/** A system value over time, the size of a word: an area on zero, in the neutral ink of a chart. */
export function AreaSpark({ values, width = 94, height = 24, greatest = null, label }: AreaSparkProps) {
  const top = greatest ?? extent(values)?.max ?? 0;
  const finite = values.map((value) => (Number.isFinite(value) ? Math.max(0, value) : 0));
  const frame = {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: 'none',
    role: 'img',
  };
  if (finite.length < 2) return <svg {...frame} aria-label={label} />;
  const points = finite.map((value, index) => {
    const x = (index / (finite.length - 1)) * width;
    const y = height - 1 - (top > 0 ? Math.min(1, value / top) : 0) * (height - 3);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg {...frame} aria-label={label}>
      <polygon
        points={`0,${height} ${points.join(' ')} ${width},${height}`}
        style={{ fill: 'var(--chart-mark-soft)', opacity: 0.45 }}
      />
      <polyline
        points={points.join(' ')}
        fill="none"
        strokeWidth={1.2}
        style={{ stroke: 'var(--chart-mark)' }}
      />
    </svg>
  );
}
