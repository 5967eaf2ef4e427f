import { useMemo } from 'react';
import { formatMetric } from '../components/format.ts';
import type { ChartLine, HorizontalAxis } from './chart-line.ts';
import { chartTable } from './chart-table.ts';
import styles from './line-chart.module.css';
import { formatPosition } from './numbers.ts';

interface ChartTableViewProps {
  readonly lines: readonly ChartLine[];
  readonly axis: HorizontalAxis;
  readonly caption: string;
}

/** The numbers of a chart for those who read rather than look. */
export function ChartTableView({ lines, axis, caption }: ChartTableViewProps) {
  const table = useMemo(() => chartTable(lines, axis), [lines, axis]);
  return (
    <div className={styles.table}>
      <table>
        <caption>
          {caption}: {table.rows.length} of {table.total} positions
        </caption>
        <thead>
          <tr>
            <th scope="col">{axis === 'step' ? 'step' : 'time'}</th>
            {lines.map((line) => (
              <th key={line.id} scope="col">
                {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row.at}>
              <td>{formatPosition(row.at, axis)}</td>
              {lines.map((line, column) => (
                <td key={line.id}>{formatMetric(row.values[column])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
