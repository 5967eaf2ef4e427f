import type { ColumnStatistics } from '../../../../app/contract/data-tables.contract.ts';
import { formatCount } from '../../../components/format.ts';
import styles from './preview-table.module.css';

interface ColumnBarsProps {
  readonly column: ColumnStatistics;
  readonly width: number;
  readonly height: number;
  readonly accent?: boolean;
}

/** Bars of a column, from zero: its histogram, or its most frequent values. */
export function ColumnBars({ column, width, height, accent = false }: ColumnBarsProps) {
  const histogram = column.numeric?.histogram ?? column.time?.histogram;
  const counts = (histogram ?? column.top).map(({ count }) => count);
  const most = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  const gap = step > 3 ? 1 : 0;
  const what = histogram ? 'Histogram' : 'Most frequent values';
  return (
    <svg
      className={styles.bars}
      data-accent={accent || undefined}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${what} of ${column.name}, the largest ${formatCount(most)}`}
    >
      {counts.map((count, index) => {
        const tall = count === 0 ? 0 : Math.max(1, (count / most) * (height - 1));
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is known by its place
            key={index}
            x={index * step}
            y={height - tall}
            width={Math.max(0.5, step - gap)}
            height={tall}
          />
        );
      })}
    </svg>
  );
}
