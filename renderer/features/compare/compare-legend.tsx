import { IconX } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Run, Series } from '../../../app/contract/runs.contract.ts';
import { type HorizontalAxis, nearestIndex, positions } from '../../charts/chart-line.ts';
import { useCursor } from '../../charts/cursor.tsx';
import { formatPosition } from '../../charts/numbers.ts';
import { smooth } from '../../charts/smoothing.ts';
import { formatMetric } from '../../components/format.ts';
import { RunSwatch } from '../../components/run-swatch.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { metricDirection } from '../runs/metrics.ts';
import styles from './compare.module.css';
import { linesOf } from './compare-charts.tsx';

interface CompareLegendProps {
  readonly runs: readonly Run[];
  readonly curves: readonly Series[];
  readonly curveKey: string | null;
  readonly axis: HorizontalAxis;
  readonly smoothing: number;
  readonly focused: string | null;
  readonly onFocus: (id: string | null) => void;
  readonly onRemove: (id: string) => void;
}

/** The runs with their value under the cursor, best first; pressing one brings its lines to the front. */
export function CompareLegend(props: CompareLegendProps) {
  const { runs, curves, curveKey, axis, smoothing, focused, onFocus, onRemove } = props;
  const { at } = useCursor();
  const lines = useMemo(
    () =>
      curveKey === null
        ? []
        : linesOf(curveKey, runs, curves).map((line) => ({
            id: line.id,
            x: positions(line, axis),
            values: smooth(line.values, smoothing),
          })),
    [curveKey, runs, curves, axis, smoothing],
  );
  const direction = curveKey === null ? null : metricDirection(curveKey);
  const entries = runs
    .map((run) => {
      const line = lines.find(({ id }) => id === run.id);
      const value = line && (at === null ? line.values.at(-1) : line.values[nearestIndex(line.x, at)]);
      return { run, value: value === undefined || Number.isNaN(value) ? null : value };
    })
    .sort((a, b) => {
      if (a.value === null || b.value === null) return a.value === b.value ? 0 : a.value === null ? 1 : -1;
      return direction === 'higher' ? b.value - a.value : a.value - b.value;
    });
  return (
    <aside className={styles.legend} aria-label="Runs compared">
      <h2>
        {curveKey ?? 'Runs'}
        <small>{at === null ? 'last' : `at ${formatPosition(at, axis)}`}</small>
      </h2>
      <ul>
        {entries.map(({ run, value }) => (
          <li key={run.id} data-focused={focused === run.id || undefined}>
            <button
              type="button"
              aria-pressed={focused === run.id}
              title={run.name}
              onClick={() => onFocus(focused === run.id ? null : run.id)}
            >
              <RunSwatch color={run.color} />
              {run.status === 'finished' ? null : <StateMark state={run.status} />}
              <span>{run.name}</span>
              <output>{formatMetric(value)}</output>
            </button>
            <button
              type="button"
              className={styles.remove}
              title={`Take ${run.name} out`}
              onClick={() => onRemove(run.id)}
            >
              <IconX size={12} stroke={1.5} aria-hidden />
              <span className="sr-only">Take {run.name} out</span>
            </button>
          </li>
        ))}
      </ul>
      <p>
        {direction === 'higher' ? 'Highest' : 'Lowest'} first{at === null ? '' : ' at the cursor'}.
      </p>
    </aside>
  );
}
