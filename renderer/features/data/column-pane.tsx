import type { ColumnProfile } from '../../../app/contract/datasets.contract.ts';
import { formatCount, formatNumber, formatPercent } from '../../components/format.ts';
import { formatCell } from './cells.ts';
import { ColumnBars } from './column-bars.tsx';

interface ColumnPaneProps {
  readonly column: ColumnProfile;
  readonly place: number;
  readonly of: number;
}

/** What is known of one column: a sentence, its shape, its numbers, its most frequent values. */
export function ColumnPane({ column, place, of }: ColumnPaneProps) {
  const { numeric, count, missing, distinct, top } = column;
  const total = count + missing;
  const facts: (readonly [string, string])[] = [
    ...(numeric
      ? ([
          ['mean', formatNumber(numeric.mean)],
          ['std', formatNumber(numeric.std)],
          ['min', formatNumber(numeric.min)],
          ['median', formatNumber(numeric.median)],
          ['max', formatNumber(numeric.max)],
        ] as const)
      : []),
    ['values', formatCount(count)],
    ['missing', missing === 0 ? '0' : `${formatCount(missing)} (${formatPercent(missing / total)})`],
    ['distinct', formatCount(distinct)],
  ];
  const most = Math.max(1, ...top.map((one) => one.count));
  return (
    <>
      <header>
        <h2>{column.name}</h2>
        <code>{column.type}</code>
        <small>
          column {place + 1} of {of}
        </small>
      </header>
      <figure>
        <ColumnBars profile={column} width={252} height={88} />
        {numeric ? (
          <figcaption>
            <span>{formatNumber(numeric.min)}</span>
            <span>{formatNumber(numeric.max)}</span>
          </figcaption>
        ) : null}
      </figure>
      <dl>
        {facts.map(([key, value]) => (
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
                <span title={String(value)}>{formatCell(value, column.type)}</span>
                <i style={{ width: `${(times / most) * 100}%` }} />
                <output>{formatCount(times)}</output>
                <small>{formatPercent(times / Math.max(1, total))}</small>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}
