import { extent, type ValueRange } from './range.ts';

/** One value per place: the mean of several curves, and how far they lie apart there. NaN where no curve has a value. */
export interface Band {
  readonly mean: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
}

interface BandSparkProps {
  readonly band: Band;
  readonly width?: number;
  readonly height?: number;
  /** Shared by all sparklines of a column, so that they compare. */
  readonly range?: ValueRange | null;
  readonly label: string;
}

/** The mean of several curves over the band that they lie in, the size of a word, in the neutral ink of a chart. */
export function BandSpark({ band, width = 94, height = 18, range: shared, label }: BandSparkProps) {
  const range = shared ?? extent([...band.min, ...band.max]) ?? { min: 0, max: 1 };
  const span = range.max - range.min || 1;
  const last = Math.max(1, band.mean.length - 1);
  const place = (value: number, index: number) => {
    if (!Number.isFinite(value)) return [];
    const kept = Math.min(range.max, Math.max(range.min, value));
    const y = 2 + (1 - (kept - range.min) / span) * (height - 4);
    return [`${(1 + (index / last) * (width - 8)).toFixed(1)},${y.toFixed(1)}`];
  };
  const mean = band.mean.flatMap(place);
  if (mean.length === 0) return null;
  const edge = [...band.max.flatMap(place), ...band.min.flatMap(place).reverse()];
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: 'block' }}>
      <title>{label}</title>
      <polygon points={edge.join(' ')} style={{ fill: 'var(--chart-mark)', opacity: 0.22 }} />
      <polyline
        points={mean.join(' ')}
        fill="none"
        strokeWidth={1.4}
        strokeLinejoin="round"
        style={{ stroke: 'var(--chart-mark)' }}
      />
    </svg>
  );
}
