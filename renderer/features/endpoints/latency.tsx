import { useMemo } from 'react';
import type { EndpointStats } from '../../../app/contract/serving.contract.ts';
import type { ChartLine } from '../../charts/chart-line.ts';
import { Bars } from '../../charts/histogram.tsx';
import { LineChart } from '../../charts/line-chart.tsx';
import screen from '../../components/screen.module.css';
import styles from './endpoints.module.css';
import type { LatencySample } from './use-endpoint-stats.ts';

interface LatencyProps {
  readonly stats: EndpointStats | null;
  readonly history: readonly LatencySample[];
}

/** How fast the endpoint answers, and how often it is asked. */
export function Latency({ stats, history }: LatencyProps) {
  const lines = useMemo(() => latencyLines(history), [history]);
  const quantiles = stats
    ? ([
        ['p50', stats.p50Ms],
        ['p95', stats.p95Ms],
        ['p99', stats.p99Ms],
      ] as const)
    : [];
  const asked = stats?.perMinute.some((count) => count > 0);
  return (
    <section className={styles.section}>
      <h2 className={styles.head}>
        Latency <span className={screen.quiet}>ms</span>
        <span className={styles.aside}>
          <span className={screen.mono}>
            {quantiles
              .map(([name, value]) => `${name} ${value === null ? '–' : value.toFixed(1)}`)
              .join('  ')}
          </span>
        </span>
      </h2>
      {lines.length > 0 && history.length > 2 ? (
        <div className={styles.latency}>
          <LineChart title="Since this page opened" unit="ms" lines={lines} axis="time" readings={false} />
        </div>
      ) : (
        <p className={styles.body}>
          <span className={screen.quiet}>
            {stats && stats.requests > 0 ? 'The curve grows while requests come in.' : 'No request yet.'}
          </span>
        </p>
      )}
      {stats ? (
        <div className={styles.requests}>
          <span>Requests/min</span>
          {asked ? (
            <Bars
              values={stats.perMinute}
              label={`Requests in each of the last ${stats.perMinute.length} minutes`}
            />
          ) : (
            <span />
          )}
          <span className={screen.mono}>
            {stats.perMinute.at(-1) ?? 0}{' '}
            <span className={screen.quiet}>
              {stats.failed === 0 ? 'none refused' : `${stats.failed} refused`}
            </span>
          </span>
        </div>
      ) : null}
    </section>
  );
}

function latencyLines(history: readonly LatencySample[]): ChartLine[] {
  const timesMs = history.map(({ at }) => at);
  const steps = history.map((_, index) => index);
  const line = (name: string, values: readonly (number | null)[], color: number | null): ChartLine => ({
    id: name,
    name,
    color,
    steps,
    timesMs,
    values: values.map((value) => value ?? Number.NaN),
    band: null,
  });
  return [
    line(
      'p99',
      history.map(({ p99Ms }) => p99Ms),
      null,
    ),
    line(
      'p95',
      history.map(({ p95Ms }) => p95Ms),
      null,
    ),
    line(
      'p50',
      history.map(({ p50Ms }) => p50Ms),
      1,
    ),
  ];
}
