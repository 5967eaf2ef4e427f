import { useMemo, useState } from 'react';
import type { Run, Series } from '../../../app/contract/runs.contract.ts';
import { type ChartLine, chartLine } from '../../charts/chart-line.ts';
import type { CurveView } from '../../charts/curve-view.ts';
import { LineChart } from '../../charts/line-chart.tsx';
import type { ValueRange } from '../../charts/range.ts';
import { readsOnLogAxis } from '../runs/curve-groups.ts';
import { useZoomedSeries } from '../runs/use-zoomed-series.ts';
import styles from './compare.module.css';

/** Small charts beside the main one; more are a press away through the choice of curve. */
const smallCharts = 6;

/** Curve keys, the most telling first: validation loss, other validation, training, the rest. */
export function orderedCurves(curves: readonly Series[]): string[] {
  const rank = (key: string) =>
    key === 'val_loss'
      ? 0
      : key.startsWith('val_')
        ? 1
        : key === 'train_loss'
          ? 2
          : key.startsWith('train_')
            ? 3
            : 4;
  return [...new Set(curves.map(({ key }) => key))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** The lines of one metric over all runs, in the order of the runs; `whole` are its curves where `curves` are parts of them. */
export function linesOf(
  key: string,
  runs: readonly Run[],
  curves: readonly Series[],
  whole: readonly Series[] = curves,
): ChartLine[] {
  return runs.flatMap((run) => {
    const ofRun = (one: Series) => one.runId === run.id && one.key === key;
    const series = curves.find(ofRun);
    const startMs = whole.find(ofRun)?.timesMs[0];
    const identity = {
      id: run.id,
      name: run.name,
      color: run.color,
      ...(startMs !== undefined && { startMs }),
    };
    return series ? [chartLine(series, identity)] : [];
  });
}

interface CompareChartsProps {
  readonly runs: readonly Run[];
  readonly curves: readonly Series[];
  readonly keys: readonly string[];
  readonly mainKey: string;
  readonly view: CurveView;
  readonly focused: string | null;
  readonly onMain: (key: string) => void;
}

/** One large chart and small ones of the other metrics; pressing a small one's name makes it the large one. */
export function CompareCharts({ runs, curves, keys, mainKey, view, focused, onMain }: CompareChartsProps) {
  const others = keys.filter((key) => key !== mainKey);
  return (
    <div className={styles.chartArea}>
      <div className={styles.mainChart}>
        <MetricChart
          metric={mainKey}
          runs={runs}
          curves={curves}
          view={view}
          focused={focused}
          small={false}
        />
      </div>
      {others.length > 0 ? (
        <div className={styles.smalls} data-rows={others.length > 3 ? 2 : 1}>
          {others.slice(0, smallCharts).map((key) => (
            <div key={key} className={styles.smallChart}>
              <button type="button" title={`Show ${key} large`} onClick={() => onMain(key)}>
                <span className="sr-only">Show {key} large</span>
              </button>
              <MetricChart metric={key} runs={runs} curves={curves} view={view} focused={focused} small />
            </div>
          ))}
        </div>
      ) : null}
      {others.length > smallCharts ? (
        <label className={styles.moreCurves}>
          {others.length - smallCharts} more curves
          <select value={mainKey} onChange={(event) => onMain(event.target.value)}>
            {keys.map((key) => (
              <option key={key}>{key}</option>
            ))}
          </select>
        </label>
      ) : null}
    </div>
  );
}

interface MetricChartProps {
  readonly metric: string;
  readonly runs: readonly Run[];
  readonly curves: readonly Series[];
  readonly view: CurveView;
  readonly focused: string | null;
  readonly small: boolean;
}

function MetricChart({ metric, runs, curves, view, focused, small }: MetricChartProps) {
  const [zoom, setZoom] = useState<ValueRange | null>(null);
  const whole = useMemo(() => curves.filter(({ key }) => key === metric), [metric, curves]);
  const shown = useZoomedSeries({ series: whole, axis: view.axis, zoom });
  const lines = useMemo(() => linesOf(metric, runs, shown, whole), [metric, runs, shown, whole]);
  const automatic = useMemo(() => readsOnLogAxis(metric, whole), [metric, whole]);
  return (
    <LineChart
      title={metric}
      lines={lines}
      scale={view.scale === 'auto' ? (automatic ? 'log' : 'linear') : view.scale}
      axis={view.axis}
      smoothing={view.smoothing}
      showRaw={view.showRaw}
      ignoreOutliers={view.ignoreOutliers}
      focusedId={focused}
      live={runs.some(({ status }) => status === 'running')}
      small={small}
      readings={small}
      labels={false}
      onZoom={setZoom}
    />
  );
}
