import { formatMetric } from '../components/format.ts';
import { extent } from './range.ts';

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

interface HistogramProps {
  readonly bins: readonly Bin[];
  /** Outlined over the bars: the same bins of an earlier version. */
  readonly before?: readonly Bin[];
  readonly height?: number;
  readonly label: string;
}

/** Counts per bin from zero; an earlier state stands over it as an outline. Widens to its container. */
export function Histogram({ bins, before, height = 40, label }: HistogramProps) {
  const counts = [...bins, ...(before ?? [])].map(({ count }) => count);
  const top = extent(counts)?.max || 1;
  const step = 100 / Math.max(1, bins.length);
  const y = (count: number) => height - (count / top) * (height - 1);
  const outline = before?.flatMap(({ count }, index) => [
    `${index * step},${y(count)}`,
    `${(index + 1) * step},${y(count)}`,
  ]);
  return (
    <svg
      viewBox={`0 0 100 ${height}`}
      preserveAspectRatio="none"
      width="100%"
      height={height}
      role="img"
      aria-label={label}
      style={{ display: 'block' }}
    >
      {bins.map((bin, index) => (
        <rect
          key={bin.from}
          x={index * step + step * 0.06}
          width={step * 0.88}
          y={y(bin.count)}
          height={height - y(bin.count)}
          style={{ fill: 'var(--chart-mark)', opacity: 0.62 }}
        >
          <title>{`${formatMetric(bin.from)} to ${formatMetric(bin.to)}: ${bin.count}`}</title>
        </rect>
      ))}
      {outline ? (
        <polyline
          points={outline.join(' ')}
          fill="none"
          vectorEffect="non-scaling-stroke"
          style={{ stroke: 'var(--text)', strokeWidth: 1.2 }}
        />
      ) : null}
    </svg>
  );
}

interface BarsProps {
  readonly values: readonly number[];
  readonly height?: number;
  readonly label: string;
}

/** Amounts over time as bars from zero, oldest first. */
export function Bars({ values, height = 24, label }: BarsProps) {
  const bins = values.map((count, index) => ({ from: index, to: index + 1, count }));
  return <Histogram bins={bins} height={height} label={label} />;
}
