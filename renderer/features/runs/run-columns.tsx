import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Run, Series } from '../../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../../app/contract/wire.ts';
import { formatReading } from '../../charts/numbers.ts';
import { extent, type ValueRange } from '../../charts/range.ts';
import { orpc } from '../../client/orpc.ts';
import { Badge } from '../../components/badge.tsx';
import type { Column } from '../../components/data-table.tsx';
import { formatClock, formatDuration } from '../../components/format.ts';
import { RunSwatch } from '../../components/run-swatch.tsx';
import screen from '../../components/screen.module.css';
import { StateMark } from '../../components/state-mark.tsx';
import { bestBy, mainMetric, metricOf, orderedMetrics } from './metrics.ts';
import { Difference, formatParameter, RunSpark } from './run-cells.tsx';
import styles from './runs.module.css';
import { differingParameters } from './runs-table.ts';

/** Sparklines are read for this many rows at a time; the contract takes no more in one call. */
const sparkRows = 100;

/** The columns that a person may hide. */
export function columnKeys(runs: readonly Run[]): { readonly id: string; readonly title: string }[] {
  const main = mainMetric(runs);
  return [
    { id: 'experiment', title: 'Experiment' },
    { id: 'curve', title: 'Curve' },
    ...metricKeys(runs, main).map((key) => ({ id: `metrics.${key}`, title: key })),
    ...differingParameters(runs).map((key) => ({ id: `params.${key}`, title: key })),
    { id: 'data', title: 'Data' },
    { id: 'took', title: 'Took' },
  ];
}

function metricKeys(runs: readonly Run[], main: string | null): string[] {
  const keys = orderedMetrics(runs.slice(0, 500).flatMap(({ metrics }) => Object.keys(metrics)));
  const rest = keys.filter((key) => key !== main && /^(test_|val_loss)/.test(key));
  return main === null ? rest.slice(0, 2) : [main, ...rest.slice(0, 1)];
}

/** The columns of the table for the runs at hand: identity, curve, main metric with its difference, what differs. */
export function useRunColumns(
  runs: readonly Run[],
  shown: readonly Run[],
  hidden: ReadonlySet<string>,
): Column<Run>[] {
  const curveKey = runs.some(({ metrics }) => 'val_loss' in metrics) ? 'val_loss' : 'train_loss';
  const { byRun, range } = useSparks(shown, curveKey, !hidden.has('curve'));
  return useMemo(() => {
    const main = mainMetric(runs);
    const best = main === null ? null : bestBy(runs, main);
    const columns: Column<Run>[] = [
      {
        id: 'name',
        title: 'Run',
        width: 176,
        sortable: true,
        render: (run) => (
          <span className={styles.runName}>
            <StateMark state={run.status} fraction={run.progress.fraction} />
            <RunSwatch color={run.color} />
            <span title={run.name}>{run.name}</span>
            {run.preflight ? <Badge>trial</Badge> : null}
          </span>
        ),
      },
      {
        id: 'experiment',
        title: 'Experiment',
        width: 108,
        sortable: true,
        render: (run) => run.experimentName,
      },
      {
        id: 'curve',
        title: curveKey,
        width: 112,
        render: (run) => <RunSpark run={run} series={byRun.get(run.id)} range={range} />,
      },
    ];
    for (const key of metricKeys(runs, main)) {
      columns.push({
        id: `metrics.${key}`,
        title: key === main ? `${key}  Δ best` : key,
        width: key === main ? 150 : 82,
        align: 'right',
        sortable: true,
        render: (run) => metricCell(run, key, key === main ? (best?.value ?? null) : null),
      });
    }
    for (const key of differingParameters(runs)) {
      columns.push({
        id: `params.${key}`,
        title: key,
        width: Math.max(62, key.length * 6.5 + 16),
        align: 'right',
        sortable: true,
        render: (run) => <span className={styles.mono}>{formatParameter(run.params[key])}</span>,
      });
    }
    columns.push(
      {
        id: 'data',
        title: 'Data',
        width: 84,
        sortable: true,
        render: ({ inputs: [input] }) => (input ? `${input.datasetName} v${input.version}` : '–'),
      },
      {
        id: 'took',
        title: 'Took',
        width: 78,
        align: 'right',
        sortable: true,
        render: (run) => (run.durationMs === null ? '–' : formatDuration(run.durationMs)),
      },
      {
        id: 'started',
        title: 'Started',
        width: 76,
        align: 'right',
        sortable: true,
        render: (run) => <span className={screen.quiet}>{formatClock(run.startedAt ?? run.createdAt)}</span>,
      },
    );
    return columns.filter(({ id }) => !hidden.has(id));
  }, [runs, hidden, byRun, range, curveKey]);
}

/** A metric with its difference to the best; a failed run shows its reason in place of the main one. */
function metricCell(run: Run, key: string, best: number | null) {
  const value = metricOf(run, key);
  if (value === null && best !== null && run.failure) {
    return (
      <span className={styles.reason} title={`${run.failure.message} ${run.failure.data.nextStep}`}>
        {run.failure.message}
      </span>
    );
  }
  if (value === null && best !== null && run.waitingFor) {
    return (
      <span className={styles.waits} title={`Waits for ${run.waitingFor}`}>
        waits for {run.waitingFor}
      </span>
    );
  }
  return (
    <span className={styles.mono}>
      {value === null ? <span className={screen.quiet}>–</span> : formatReading(value)}
      {best !== null ? (
        <span className={styles.differenceSlot}>
          {value === null ? null : value === best ? 'best' : <Difference value={value - best} metric={key} />}
        </span>
      ) : null}
    </span>
  );
}

/** Small curves of the first rows, and the range that they share. */
function useSparks(
  shown: readonly Run[],
  key: string,
  wanted: boolean,
): { readonly byRun: ReadonlyMap<string, Series>; readonly range: ValueRange | null } {
  const ids = shown
    .filter(({ status }) => status !== 'queued')
    .slice(0, sparkRows)
    .map(({ id }) => id)
    .sort();
  const query = useQuery({
    ...orpc.runs.series.queryOptions({ input: { runs: ids, keys: [key], maxPoints: 40 } }),
    enabled: wanted && ids.length > 0,
    placeholderData: (before) => before,
  });
  return useMemo(() => {
    const series = query.data ?? [];
    return {
      byRun: new Map(series.map((one) => [one.runId, one])),
      range: extent(series.flatMap(({ mean }) => mean.map(fromWireNumber))),
    };
  }, [query.data]);
}
