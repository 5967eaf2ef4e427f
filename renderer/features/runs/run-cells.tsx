import type { Run, Series } from '../../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../../app/contract/wire.ts';
import type { ValueRange } from '../../charts/range.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { formatMetric } from '../../components/format.ts';
import { judgeDifference, metricDirection } from './metrics.ts';
import styles from './runs.module.css';

/** A signed difference at the precision of its metric, coloured by whether it is for the better. */
export function Difference({ value, metric }: { readonly value: number; readonly metric: string }) {
  const judged = judgeDifference(value, metricDirection(metric));
  const sign = value > 0 ? '+' : value < 0 ? '−' : '';
  return (
    <span className={styles.difference} data-judged={judged}>
      {sign}
      {formatSize(Math.abs(value))}
    </span>
  );
}

/** Four decimals, unless these say nothing. */
function formatSize(size: number): string {
  return Number.isInteger(size) || size < 0.00005 ? formatMetric(size) : size.toFixed(4);
}

interface RunSparkProps {
  readonly run: Run;
  readonly series: Series | undefined;
  readonly range: ValueRange | null;
}

/** A run's validation curve in its row; all rows share both axes. */
export function RunSpark({ run, series, range }: RunSparkProps) {
  if (!series) return null;
  const values = series.mean.map(fromWireNumber);
  const live = run.status === 'running';
  return (
    <Sparkline
      values={values}
      color={run.color}
      range={range}
      fill={live ? (run.progress.fraction ?? 1) : 1}
      live={live}
      label={`${series.key} of ${run.name}, last ${formatMetric(values.at(-1))}`}
    />
  );
}

/** A parameter's value as people write it: short numbers, small ones with an exponent. */
export function formatParameter(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number') return String(value);
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential().replace('e-0', 'e-');
  return String(value);
}
