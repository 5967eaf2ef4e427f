import { useMemo } from 'react';
import type { RunDetail, Series } from '../../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../../app/contract/wire.ts';
import { AreaSpark } from '../../charts/area-spark.tsx';
import { chartLine, reachOf } from '../../charts/chart-line.ts';
import { SharedCursor } from '../../charts/cursor.tsx';
import { LineChart } from '../../charts/line-chart.tsx';
import screen from '../../components/screen.module.css';
import styles from './run-system.module.css';
import { chartUnit, formatTelemetry, type TelemetryGroup, telemetryGroups } from './telemetry.ts';
import { useSeries } from './use-series.ts';

/** The machine's telemetry during a run, live while it goes on. */
export function useSystemSeries(run: RunDetail): readonly Series[] {
  const keys = useMemo(() => Object.keys(run.systemMetrics).sort(), [run.systemMetrics]);
  return useSeries({ runs: [run], keys, system: true, maxPoints: 300 }).series;
}

/** Each value at a glance: how it went, and what it is now or was last. */
export function SystemList({ series }: { readonly series: readonly Series[] }) {
  const groups = telemetryGroups(series.map(({ key }) => key));
  return (
    <ul className={styles.system}>
      {groups.flatMap((group) =>
        group.lines.map(({ key, label }) => {
          const mine = series.find((one) => one.key === key);
          const values = mine?.mean.map(fromWireNumber) ?? [];
          const name = group.lines.length > 1 ? `${group.title} ${label}` : group.title;
          const last = formatTelemetry(key, values.at(-1) ?? Number.NaN);
          const whole = key.startsWith('system/gpu_') && key.endsWith('_percent') ? 100 : null;
          return (
            <li key={key} title={group.note || undefined}>
              <span>{name}</span>
              <AreaSpark
                values={values}
                width={64}
                greatest={whole}
                label={`${name} over time, last ${last}`}
              />
              <output>{last}</output>
            </li>
          );
        }),
      )}
    </ul>
  );
}

/** The same as charts that share one time axis and one cursor. */
export function SystemCharts({
  run,
  series,
}: {
  readonly run: RunDetail;
  readonly series: readonly Series[];
}) {
  const groups = useMemo(() => telemetryGroups(series.map(({ key }) => key)), [series]);
  const reach = useMemo(() => reachOf(series, 'time'), [series]);
  if (groups.length === 0) {
    return (
      <p className={screen.waiting}>
        {run.status === 'running' || run.status === 'queued'
          ? 'What the run uses of the machine appears here once a second.'
          : 'Nothing was measured of the machine during this run.'}
      </p>
    );
  }
  return (
    <SharedCursor>
      <div className={styles.systemCharts}>
        {groups.map((group) => (
          <SystemChart key={group.title} group={group} run={run} series={series} reach={reach} />
        ))}
      </div>
    </SharedCursor>
  );
}

interface SystemChartProps {
  readonly group: TelemetryGroup;
  readonly run: RunDetail;
  readonly series: readonly Series[];
  readonly reach: number | null;
}

function SystemChart({ group, run, series, reach }: SystemChartProps) {
  const { lines, unit, divisor } = useMemo(() => {
    const mine = group.lines.flatMap(({ key, label }, index) => {
      const found = series.find((one) => one.key === key);
      if (!found) return [];
      return [chartLine(found, { id: key, name: label, color: index === 0 ? run.color : null })];
    });
    const greatest = Math.max(0, ...mine.flatMap(({ values }) => values.filter(Number.isFinite)));
    const scaled = chartUnit(
      group.lines.map(({ key }) => key),
      greatest,
    );
    const divide = (values: readonly number[]) => values.map((value) => value / scaled.divisor);
    return {
      divisor: scaled.divisor,
      unit: [scaled.unit, group.note].filter(Boolean).join(', '),
      lines: mine.map((line) => ({
        ...line,
        values: divide(line.values),
        band: line.band && { min: divide(line.band.min), max: divide(line.band.max) },
      })),
    };
  }, [group, series, run.color]);
  const key = group.lines[0]?.key ?? '';
  return (
    <div className={styles.systemCell}>
      <LineChart
        title={group.title}
        unit={unit}
        lines={lines}
        axis="time"
        live={run.status === 'running'}
        reach={reach}
        amountTo={unit.startsWith('%') ? 100 : 0}
        // Two values do not fit with their units; the unit then stands with the title.
        reading={(value) =>
          lines.length > 1 ? String(Number(value.toPrecision(3))) : formatTelemetry(key, value * divisor)
        }
        labels={false}
        small={lines.length === 1}
      />
    </div>
  );
}
