import type { Run } from '../../../app/contract/runs.contract.ts';
import { formatMetric } from '../../components/format.ts';
import { bestBy, isShare, mainMetric, metricDirection, metricOf, metricWords } from './metrics.ts';

interface Verdict {
  /** The part in bold: who, and by how much. */
  readonly headline: string;
  /** The rest of the first sentence, and how far to trust it. */
  readonly rest: string;
  readonly detail: string;
  readonly metric: string | null;
  readonly winner: string | null;
}

/**
 * Says in a sentence which run is best and by how much, and only what one value per run can support: a difference
 * of one seed each is never called real.
 */
export function compareVerdict(runs: readonly Run[]): Verdict {
  const metric = mainMetric(runs);
  if (metric === null) {
    return plain(
      'No metric to judge by yet.',
      'The runs have recorded no metric whose better direction is known.',
    );
  }
  const judged = runs
    .flatMap((run) => {
      const value = metricOf(run, metric);
      return value === null ? [] : [{ run, value }];
    })
    .sort((a, b) => (metricDirection(metric) === 'lower' ? a.value - b.value : b.value - a.value));
  const missing = runs.length - judged.length;
  const [first, second] = judged;
  if (!first) return plain(`None has ${metricWords(metric)}.`, 'Compare runs that finished.');
  if (!second) {
    return { ...plain(`Only ${first.run.name} has ${metricWords(metric)}.`, unmeasured(missing)), metric };
  }
  const words = metricWords(metric);
  const difference = Math.abs(first.value - second.value);
  const detail = [
    valuesInWords(judged, metric),
    missing > 0 ? unmeasured(missing) : '',
    first.run.inputs[0]?.digest !== second.run.inputs[0]?.digest ? 'They read different data.' : '',
  ]
    .filter(Boolean)
    .join(' ');
  if (difference === 0) {
    const level = judged.filter(({ value }) => value === first.value).length;
    return {
      headline:
        level === 2 ? `${first.run.name} and ${second.run.name} are level` : `${level} runs are level`,
      rest: `in ${words}, ${formatMetric(first.value)}.`,
      detail,
      metric,
      winner: null,
    };
  }
  const rest = judged.length > 2 ? `the next of ${judged.length}, ${second.run.name},` : second.run.name;
  return {
    headline: `${first.run.name} beats ${rest} by ${amount(difference, metric)}`,
    rest: `of ${words}. One run each: a repeat with another seed would show how much of it is chance.`,
    detail,
    metric,
    winner: first.run.id,
  };
}

function plain(headline: string, detail: string): Verdict {
  return { headline, rest: '', detail, metric: null, winner: null };
}

function unmeasured(count: number): string {
  if (count === 0) return '';
  return count === 1 ? 'One run has no value yet.' : `${count} runs have no value yet.`;
}

function valuesInWords(judged: readonly { run: Run; value: number }[], metric: string): string {
  const values = judged.slice(0, 4).map(({ run, value }) => `${run.name} ${formatMetric(value)}`);
  const more = judged.length > 4 ? ` and ${judged.length - 4} more` : '';
  const direction = metricDirection(metric) === 'lower' ? 'Lower is better' : 'Higher is better';
  return `${direction}: ${values.join(', ')}${more}.`;
}

/** A difference in points of a hundred for shares, in the metric's own unit otherwise. */
function amount(difference: number, metric: string): string {
  if (!isShare(metric)) return formatMetric(difference);
  const points = difference * 100;
  const text = points >= 0.095 ? points.toFixed(1) : points.toFixed(2);
  return `${text} points`;
}

/** A single run's result in a sentence, beside the best other of the same data where there is one. */
export function runVerdict(run: Run, others: readonly Run[]): Verdict {
  if (run.preflight && run.status === 'finished')
    return plain('A trial of a few steps; it worked.', 'Its values say nothing about the whole.');
  const metric = mainMetric([run]);
  const value = metric === null ? null : metricOf(run, metric);
  if (metric === null || value === null) return plain(stateInWords(run), run.progress.message);
  const measured = isShare(metric)
    ? `${(value * 100).toFixed(1)} % ${metricWords(metric)}`
    : `${formatMetric(value)} ${metricWords(metric)}`;
  const [data] = run.inputs;
  // Programs that read no data are comparable only with themselves, and a trial with nothing.
  const rivals = others.filter(
    ({ id, inputs, template, preflight }) =>
      id !== run.id &&
      !preflight &&
      inputs[0]?.digest === data?.digest &&
      (data !== undefined || template === run.template),
  );
  const best = bestBy(rivals, metric);
  const base = { headline: `${measured},`, metric, winner: run.id };
  if (!best) return { ...base, headline: `${measured}.`, rest: stateInWords(run), detail: '' };
  const difference = value - best.value;
  const ahead = metricDirection(metric) === 'lower' ? difference < 0 : difference > 0;
  const place = `${rivals.length === 1 ? 'the other run' : `the best of ${rivals.length} other runs`} ${data ? 'on the same data' : `of ${run.template}`}, ${best.run.name}`;
  if (difference === 0) return { ...base, rest: `level with ${place}.`, detail: '' };
  return {
    ...base,
    rest: `${amount(Math.abs(difference), metric)} ${ahead ? 'better' : 'worse'} than ${place}.`,
    detail: '',
  };
}

function stateInWords({ status }: Run): string {
  const words = {
    queued: 'Waiting for a place to run.',
    running: 'Still running.',
    finished: 'Finished.',
    failed: 'Failed before it was measured.',
    cancelled: 'Cancelled before it was measured.',
    lost: 'Its end was not seen.',
  };
  return words[status];
}
