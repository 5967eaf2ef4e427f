import { useMemo, useState } from 'react';
import type { Run, Series } from '../../../app/contract/runs.contract.ts';
import { chartLine, reachOf } from '../../charts/chart-line.ts';
import { SharedCursor } from '../../charts/cursor.tsx';
import { CurveControls } from '../../charts/curve-controls.tsx';
import { type CurveView, initialCurveView } from '../../charts/curve-view.ts';
import { LineChart } from '../../charts/line-chart.tsx';
import type { ValueRange } from '../../charts/range.ts';
import screen from '../../components/screen.module.css';
import { type CurveGroup, curveGroups, curvesOf, readsOnLogAxis } from './curve-groups.ts';
import styles from './runs.module.css';
import { useZoomedSeries } from './use-zoomed-series.ts';

interface RunChartsProps {
  readonly run: Run;
  readonly series: readonly Series[];
  readonly loading: boolean;
}

/** The live curves of one run: one chart per quantity, validation in the run's colour and training in neutral ink. */
export function RunCharts({ run, series, loading }: RunChartsProps) {
  const [view, setView] = useState<CurveView>(initialCurveView);
  const curves = useMemo(() => curvesOf(series), [series]);
  const groups = useMemo(() => curveGroups(curves.map(({ key }) => key)), [curves]);
  const reach = useMemo(() => reachOf(curves, view.axis), [curves, view.axis]);
  if (groups.length === 0) {
    const words = loading
      ? 'Reading curves'
      : run.status === 'queued'
        ? 'Curves appear here when the run starts.'
        : run.status === 'running'
          ? 'Waiting for the first points.'
          : 'This run recorded no curves.';
    return <p className={screen.waiting}>{words}</p>;
  }
  return (
    <SharedCursor>
      <CurveControls view={view} onChange={setView} />
      <div className={styles.charts} data-count={Math.min(groups.length, 4)}>
        {groups.map((group) => (
          <GroupChart key={group.title} group={group} run={run} curves={curves} view={view} reach={reach} />
        ))}
      </div>
    </SharedCursor>
  );
}

interface GroupChartProps {
  readonly group: CurveGroup;
  readonly run: Run;
  readonly curves: readonly Series[];
  readonly view: CurveView;
  readonly reach: number | null;
}

function GroupChart({ group, run, curves, view, reach }: GroupChartProps) {
  const [zoom, setZoom] = useState<ValueRange | null>(null);
  const mine = useMemo(
    () => group.lines.flatMap(({ key }) => curves.find((series) => series.key === key) ?? []),
    [group, curves],
  );
  const shown = useZoomedSeries({ series: mine, axis: view.axis, zoom });
  const lines = useMemo(
    () =>
      group.lines.flatMap(({ key, label }, index) => {
        const found = shown.find((series) => series.key === key);
        const startMs = mine.find((series) => series.key === key)?.timesMs[0];
        const identity = {
          id: key,
          name: label,
          color: index === 0 ? run.color : null,
          ...(startMs !== undefined && { startMs }),
        };
        return found ? [chartLine(found, identity)] : [];
      }),
    [group, shown, mine, run.color],
  );
  const automatic = readsOnLogAxis(group.title, mine);
  return (
    <div className={styles.chartCell}>
      <LineChart
        title={group.title}
        lines={lines}
        scale={view.scale === 'auto' ? (automatic ? 'log' : 'linear') : view.scale}
        axis={view.axis}
        smoothing={view.smoothing}
        ignoreOutliers={view.ignoreOutliers}
        live={run.status === 'running'}
        reach={reach}
        onZoom={setZoom}
      />
    </div>
  );
}
