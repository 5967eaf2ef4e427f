import { Fragment } from 'react';
import type { Comparison } from '../../../app/contract/runs.contract.ts';
import { fromWireNumber, type WireNumber } from '../../../app/contract/wire.ts';
import { formatMetric } from '../../components/format.ts';
import { RunSwatch } from '../../components/run-swatch.tsx';
import screen from '../../components/screen.module.css';
import { orderedMetrics } from '../runs/metrics.ts';
import { Difference, formatParameter } from '../runs/run-cells.tsx';
import styles from './compare.module.css';

type Row = Comparison['params'][number];

interface DifferenceTableProps {
  readonly comparison: Comparison;
  readonly query: URLSearchParams;
  readonly setQuery: (change: Record<string, string | null>) => void;
}

/** Metrics, parameters, inputs and environment of all runs; what differs is tinted, and best values are marked. */
export function DifferenceTable({ comparison, query, setQuery }: DifferenceTableProps) {
  const { runs } = comparison;
  const onlyDifferent = runs.length > 1 && query.get('all') !== 'yes';
  const kept = (rows: readonly Row[]) => (onlyDifferent ? rows.filter(({ differs }) => differs) : rows);
  const order = orderedMetrics(comparison.metrics.map(({ key }) => key));
  const metrics = [...comparison.metrics].sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
  const shownMetrics = kept(metrics) as typeof metrics;
  const sections: { title: string; rows: readonly Row[]; all: readonly Row[] }[] = [
    { title: 'Parameters', rows: kept(comparison.params), all: comparison.params },
    { title: 'Inputs', rows: kept(comparison.inputs), all: comparison.inputs },
    { title: 'Environment', rows: kept(comparison.environment), all: comparison.environment },
  ];
  const two = runs.length === 2;
  const width = runs.length + 1 + (two ? 1 : 0);
  return (
    <aside className={styles.differences} aria-label="Differences">
      <header>
        <h2>Differences</h2>
        <label className={screen.check}>
          <input
            type="checkbox"
            checked={onlyDifferent}
            disabled={runs.length < 2}
            onChange={(event) => setQuery({ all: event.target.checked ? null : 'yes' })}
          />
          only what differs
        </label>
      </header>
      <div className={styles.tableScroll}>
        <table data-two={two || undefined}>
          <thead>
            <tr>
              <td />
              {runs.map((run) => (
                <th key={run.id} scope="col" title={run.name}>
                  <RunSwatch color={run.color} /> {run.name}
                </th>
              ))}
              {two ? <th scope="col">Δ</th> : null}
            </tr>
          </thead>
          <tbody>
            <SectionRow title="Metrics" rows={shownMetrics} all={metrics} width={width} />
            {shownMetrics.map(({ key, values, best }) => (
              <tr key={key}>
                <th scope="row" title={key}>
                  {key}
                </th>
                {values.map((value, index) => (
                  <td key={runs[index]?.id} data-best={best === index || undefined}>
                    {value === null ? '–' : formatMetric(fromWireNumber(value as WireNumber))}
                    {best === index ? <span className="sr-only"> best</span> : null}
                  </td>
                ))}
                {two ? <td>{differenceOf(key, values)}</td> : null}
              </tr>
            ))}
            {sections.map(({ title, rows, all }) => (
              <Fragment key={title}>
                <SectionRow title={title} rows={rows} all={all} width={width} />
                {rows.map(({ key, values, differs }) => (
                  <tr key={key}>
                    <th scope="row" title={key}>
                      {key}
                    </th>
                    {values.map((value, index) => (
                      <td
                        key={runs[index]?.id}
                        data-differs={differs || undefined}
                        title={value === null ? undefined : String(value)}
                      >
                        {formatParameter(value)}
                      </td>
                    ))}
                    {two ? <td /> : null}
                  </tr>
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </aside>
  );
}

function SectionRow(props: {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly all: readonly Row[];
  readonly width: number;
}) {
  const differing = props.all.filter(({ differs }) => differs).length;
  const words =
    props.all.length === 0
      ? 'none recorded'
      : differing === 0
        ? `all ${props.all.length} the same`
        : `${differing} of ${props.all.length} ${differing === 1 ? 'differs' : 'differ'}`;
  return (
    <tr className={styles.sectionRow}>
      <th scope="rowgroup" colSpan={props.width}>
        {props.title}, {words}
      </th>
    </tr>
  );
}

function differenceOf(key: string, [first, second]: Row['values']) {
  if (first === undefined || second === undefined || first === null || second === null) return null;
  const value = fromWireNumber(second as WireNumber) - fromWireNumber(first as WireNumber);
  return Number.isFinite(value) ? <Difference value={value} metric={key} /> : null;
}
