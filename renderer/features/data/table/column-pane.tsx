import type { ColumnStatistics, RowOrder } from '../../../../app/contract/data-tables.contract.ts';
import { Button } from '../../../components/button.tsx';
import { formatCount, formatPercent } from '../../../components/format.ts';
import { SegmentedChoice } from '../../../components/segments.tsx';
import { formatCell } from './cells.ts';
import { ColumnBars } from './column-bars.tsx';
import { columnEnds, columnFacts } from './column-facts.ts';
import styles from './column-pane.module.css';

interface ColumnPaneProps {
  readonly column: ColumnStatistics;
  readonly place: number;
  readonly of: number;
  readonly orderBy: RowOrder | null;
  readonly onOrder: (order: RowOrder | null) => void;
  /** Show only rows that have this value. */
  readonly onOnly: (value: ColumnStatistics['top'][number]['value']) => void;
  readonly onHide: (() => void) | null;
}

/** What is known of one column: its shape, its numbers, its most frequent values, and what to do with it. */
export function ColumnPane({ column, place, of, orderBy, onOrder, onOnly, onHide }: ColumnPaneProps) {
  const { count, missing, top } = column;
  const total = count + missing;
  const ends = columnEnds(column);
  const most = Math.max(1, ...top.map((one) => one.count));
  const order = orderBy?.column === column.name ? (orderBy.descending ? 'down' : 'up') : 'none';
  return (
    <>
      <header>
        <h2 title={column.name}>{column.name}</h2>
        <code>{column.type}</code>
        <small>
          column {place + 1} of {of}
        </small>
      </header>
      <div className={styles.actions}>
        <SegmentedChoice
          label={`Sort by ${column.name}`}
          chosen={order}
          options={[
            ['none', 'As it is'],
            ['up', 'Up'],
            ['down', 'Down'],
          ]}
          onChoose={(next) =>
            onOrder(next === 'none' ? null : { column: column.name, descending: next === 'down' })
          }
        />
        {onHide ? (
          <Button size="small" variant="quiet" onClick={onHide}>
            Hide
          </Button>
        ) : null}
      </div>
      <figure>
        <ColumnBars column={column} width={252} height={88} />
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
      {missing > 0 ? (
        <p>
          <b>
            {formatCount(missing)} of {formatCount(total)} values are missing.
          </b>{' '}
          Training replaces them; the model remembers by what.
        </p>
      ) : null}
      {top.length > 0 ? (
        <section>
          <h3>Most frequent</h3>
          <ul>
            {top.map(({ value, count: times }) => (
              <li key={String(value)}>
                <button
                  type="button"
                  title={`Show only rows with ${String(value)}`}
                  onClick={() => onOnly(value)}
                >
                  <span>{formatCell(value, column.type)}</span>
                  <i style={{ width: `${(times / most) * 100}%` }} />
                  <output>{formatCount(times)}</output>
                  <small>{formatPercent(times / Math.max(1, total))}</small>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}
