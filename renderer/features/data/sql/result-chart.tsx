import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ResultDisplay, SqlResult } from '../../../../app/contract/data-sql.contract.ts';
import { runColorVariable } from '../../../charts/chart-tokens.ts';
import { useSize } from '../../../charts/use-size.ts';
import { orpc } from '../../../client/orpc.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { formatCount } from '../../../components/format.ts';
import { type ChartPlan, planChart } from './chart-plan.ts';
import styles from './sql.module.css';

/** Rows that a chart draws; a longer result is cut. */
const mostRows = 10_000;
const margin = { left: 56, right: 16, top: 10, bottom: 26 };

interface ResultChartProps {
  readonly result: SqlResult;
  readonly display: ResultDisplay;
}

/** A result as bars, lines, points or a histogram. */
export function ResultChart({ result, display }: ResultChartProps) {
  const whole = result.rows.length >= Math.min(mostRows, result.totalRows);
  const more = useQuery({
    ...orpc.dataTables.sql.page.queryOptions({
      input: { result: result.result, offset: 0, limit: mostRows },
    }),
    enabled: !whole,
  });
  const rows = whole ? result.rows : (more.data?.rows ?? result.rows);
  const plan = useMemo(() => planChart(result.columns, rows, display), [result.columns, rows, display]);
  const [area, { width, height }] = useSize<HTMLDivElement>();
  const title = `${display.y.join(', ') || 'rows'} by ${display.x}`;
  return (
    <div className={styles.chart}>
      {more.error ? <ErrorNotice error={more.error} /> : null}
      <p>
        {plan
          ? [
              title,
              plan.leftOut > 0 ? `${formatCount(plan.leftOut)} values without a number left out` : null,
              result.totalRows > rows.length ? `the first ${formatCount(rows.length)} rows` : null,
            ]
              .filter(Boolean)
              .join('; ')
          : 'Choose columns that hold numbers.'}
        {plan && plan.series.length > 1
          ? plan.series.map(({ name }, index) => (
              <span key={name} className={styles.legend}>
                <i style={{ background: runColorVariable(index + 1) }} />
                {name}
              </span>
            ))
          : null}
      </p>
      <div ref={area} className={styles.plot}>
        {plan && width > 100 && height > 60 ? (
          <Drawing plan={plan} width={width} height={height} title={title} />
        ) : null}
      </div>
    </div>
  );
}

interface DrawingProps {
  readonly plan: ChartPlan;
  readonly width: number;
  readonly height: number;
  readonly title: string;
}

function Drawing({ plan, width, height, title }: DrawingProps) {
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const left = (share: number) => margin.left + share * inner.width;
  const top = (share: number) => margin.top + (1 - share) * inner.height;
  const many = plan.series.length;
  const color = (index: number) => (many === 1 ? 'var(--chart-mark)' : runColorVariable(index + 1));
  const barWidth = (plan.step * inner.width * 0.86) / many;
  return (
    <svg width={width} height={height} role="img" aria-label={`Chart of ${title}`}>
      {plan.yTicks.map(({ at, label }) => (
        <g key={label}>
          <line
            className={styles.grid}
            x1={margin.left}
            x2={width - margin.right}
            y1={top(at)}
            y2={top(at)}
          />
          <text x={margin.left - 8} y={top(at) + 3} textAnchor="end">
            {label}
          </text>
        </g>
      ))}
      <line
        className={styles.axis}
        x1={margin.left}
        x2={width - margin.right}
        y1={top(plan.zero)}
        y2={top(plan.zero)}
      />
      {plan.xTicks.map(({ at, label }) => (
        <text
          key={`${at} ${label}`}
          x={left(at)}
          y={height - 8}
          textAnchor={at <= 0.01 ? 'start' : at >= 0.99 ? 'end' : 'middle'}
        >
          {label.length > 14 ? `${label.slice(0, 13)}…` : label}
          <title>{label}</title>
        </text>
      ))}
      {plan.series.map(({ name, points }, index) => {
        if (plan.kind === 'line') {
          const path = points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${left(x)} ${top(y)}`).join('');
          return <path key={name} className={styles.line} style={{ stroke: color(index) }} d={path} />;
        }
        if (plan.kind === 'scatter') {
          return (
            <g key={name} style={{ fill: color(index) }} opacity={points.length > 500 ? 0.4 : 0.8}>
              {points.map(({ x, y, words }, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a point is known by its place
                <circle key={at} cx={left(x)} cy={top(y)} r={2.5}>
                  <title>{words}</title>
                </circle>
              ))}
            </g>
          );
        }
        return (
          <g key={name} style={{ fill: color(index) }} opacity={0.85}>
            {points.map(({ x, y, words }, at) => {
              const [from, to] = [Math.max(y, plan.zero), Math.min(y, plan.zero)];
              return (
                <rect
                  // biome-ignore lint/suspicious/noArrayIndexKey: a bar is known by its place
                  key={at}
                  x={left(x) - (barWidth * many) / 2 + index * barWidth}
                  y={top(from)}
                  width={Math.max(0.5, barWidth - (barWidth > 3 ? 1 : 0))}
                  height={Math.max(0.5, top(to) - top(from))}
                >
                  <title>{words}</title>
                </rect>
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}
