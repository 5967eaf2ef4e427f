import type { ReactNode } from 'react';
import type { MetricSummary, RunDetail } from '../../../app/contract/runs.contract.ts';
import { fromWireNumber, type Progress } from '../../../app/contract/wire.ts';
import { formatDuration, formatMetric } from '../../components/format.ts';
import { metricDirection, orderedMetrics } from './metrics.ts';
import { hasEnded } from './run-state.ts';
import styles from './runs.module.css';

/** The strip of headline values: where the run stands while it goes on, its metrics once it is over. */
export function RunFacts({ run, progress }: { readonly run: RunDetail; readonly progress: Progress }) {
  const metrics = orderedMetrics(Object.keys(run.metrics)).filter(
    (key) => key !== 'epoch' && !key.includes('learning_rate'),
  );
  const steps = Math.max(0, ...Object.values(run.metricSummaries).map(({ lastStep }) => lastStep));
  const facts: { name: string; value: ReactNode; small?: string }[] = [];
  if (!hasEnded(run)) {
    facts.push({ name: 'Now', value: progress.message || run.status });
    if (progress.rate) facts.push({ name: 'Rate', value: progress.rate });
    if (progress.remainingMs !== null) {
      facts.push({ name: 'Time left', value: formatDuration(progress.remainingMs) });
    }
  }
  for (const key of metrics.slice(0, 4)) {
    const summary = run.metricSummaries[key];
    const steady = summary && summary.points > 1;
    facts.push({
      name: key,
      value: formatMetric(Number(run.metrics[key])),
      small: steady ? bestOf(key, summary) : undefined,
    });
  }
  if (steps > 0) facts.push({ name: 'Steps', value: steps.toLocaleString('en-US') });
  if (run.durationMs !== null)
    facts.push({ name: hasEnded(run) ? 'Took' : 'Elapsed', value: formatDuration(run.durationMs) });
  return (
    <dl className={styles.facts}>
      {facts.map(({ name, value, small }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value} {small ? <small>{small}</small> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The best value a metric took on the way; nothing where its better direction is not known. */
function bestOf(key: string, { min, max }: MetricSummary): string | undefined {
  const direction = metricDirection(key);
  if (direction === null) return undefined;
  return `best ${formatMetric(fromWireNumber(direction === 'higher' ? max : min))}`;
}
