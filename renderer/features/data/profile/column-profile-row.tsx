import type { ColumnStatistics } from '../../../../app/contract/data-tables.contract.ts';
import { formatCount, formatPercent } from '../../../components/format.ts';
import { formatCell } from '../table/cells.ts';
import { ColumnBars } from '../table/column-bars.tsx';
import { columnEnds, columnFacts } from '../table/column-facts.ts';
import styles from './profile.module.css';

const mostTop = 5;

/** A column in one row: what it is, its shape, its numbers, its most frequent values. */
export function ColumnProfileRow({ column }: { readonly column: ColumnStatistics }) {
  const ends = columnEnds(column);
  const total = Math.max(1, column.count + column.missing);
  const share = column.missing / total;
  return (
    <li>
      <div className={styles.name}>
        <b title={column.name}>{column.name}</b>
        <code>{column.type}</code>
        {share > 0 ? (
          <span className={styles.gap}>
            <i style={{ width: `${share * 100}%` }} />
            {formatPercent(share)} missing
          </span>
        ) : (
          <small>nothing missing</small>
        )}
      </div>
      <figure>
        <ColumnBars column={column} width={200} height={56} />
        {ends ? (
          <figcaption>
            <span>{ends[0]}</span>
            <span>{ends[1]}</span>
          </figcaption>
        ) : null}
      </figure>
      <dl>
        {columnFacts(column).map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ol aria-label={`Most frequent values of ${column.name}`}>
        {column.top.slice(0, mostTop).map(({ value, count }) => (
          <li key={String(value)}>
            <span title={String(value)}>{formatCell(value, column.type)}</span>
            <output>{formatCount(count)}</output>
            <small>{formatPercent(count / total)}</small>
          </li>
        ))}
      </ol>
    </li>
  );
}
