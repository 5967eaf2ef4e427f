import { toWireNumber } from '../../contract/wire.ts';
import type { MetricHistory, Tracking } from '../../kernel/ports/tracking.ts';
import { listed } from './entity-json.ts';
import { invalid } from './mlflow-error.ts';
import { nextPage, readPageToken } from './page-token.ts';
import { missing } from './request-fields.ts';
import type { Routes } from './route.ts';

const MOST_BULK = 25_000;
const MOST_RUNS = 100;
const MOST_SAMPLED = 2500;

export function metricRoutes({ runs }: Pick<Tracking, 'runs'>): Routes {
  return {
    'GET metrics/get-history': ({ fields }) => {
      const id = fields.runId();
      const key = fields.requiredText('metric_key');
      const limit = fields.integer('max_results');
      if (limit !== undefined && limit <= 0)
        throw invalid(
          `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`,
        );
      const offset = readPageToken(fields.text('page_token'));
      const history = runs.history(id, key, 'time');
      const end = limit === undefined ? history.length : Math.min(offset + limit, history.length);
      return {
        ...listed('metrics', points(history, key, offset, end)),
        ...(limit !== undefined && nextPage(end < history.length, offset, limit)),
      };
    },
    'GET metrics/get-history-bulk': ({ fields }) => {
      const ids = fields.texts('run_id');
      if (ids.length === 0) throw invalid('GetMetricHistoryBulk request must specify at least one run_id.');
      if (ids.length > MOST_RUNS)
        throw invalid(
          `GetMetricHistoryBulk request cannot specify more than ${MOST_RUNS} run_ids. Received ${ids.length} run_ids.`,
        );
      if (!fields.has('metric_key')) throw invalid('GetMetricHistoryBulk request must specify a metric_key.');
      const key = fields.text('metric_key');
      const most = Math.min(fields.integer('max_results') ?? MOST_BULK, MOST_BULK);
      const found: object[] = [];
      for (const run_id of [...new Set(ids)].sort()) {
        const history = runs.history(run_id, key, 'time');
        const end = Math.min(history.length, most - found.length);
        found.push(...points(history, key, 0, end).map((point) => ({ ...point, run_id })));
      }
      return { metrics: found };
    },
    'GET metrics/get-history-bulk-interval': ({ fields }) => {
      const ids = fields.texts('run_ids');
      if (ids.length === 0) throw missing('run_ids');
      if (ids.length > MOST_RUNS)
        throw invalid(
          `GetMetricHistoryBulkInterval request must specify at most ${MOST_RUNS} run_ids. Received ${ids.length} run_ids. See the API docs for more information about request parameters.`,
        );
      const key = fields.requiredText('metric_key');
      const most = fields.integer('max_results') ?? MOST_SAMPLED;
      if (most < 1 || most > MOST_SAMPLED)
        throw invalid(
          `max_results must be between 1 and ${MOST_SAMPLED}. See the API docs for more information about request parameters.`,
        );
      const from = fields.integer('start_step');
      const to = fields.integer('end_step');
      if ((from === undefined) !== (to === undefined))
        throw invalid('If either start step or end step are specified, both must be specified.');
      if (from !== undefined && to !== undefined && from > to)
        throw invalid(
          `end_step must be greater than start_step. Found start_step=${from} and end_step=${to}.`,
        );
      return {
        ...listed(
          'metrics',
          ids.flatMap((run_id) => {
            const history = runs.history(run_id, key, 'step');
            return sample(history, from, to, most).map((index) => ({
              ...point(history, key, index),
              run_id,
            }));
          }),
        ),
      };
    },
  };
}

const point = ({ steps, timesMs, values }: MetricHistory, key: string, index: number) => ({
  key,
  value: toWireNumber(values[index]!),
  timestamp: timesMs[index]!,
  step: steps[index]!,
});

function points(history: MetricHistory, key: string, from: number, to: number) {
  const length = Math.max(0, to - from);
  return Array.from({ length }, (_, index) => point(history, key, from + index));
}

/**
 * Indices of at most `most` points between two steps, evenly spread: the first of each of `most` groups of neighbours, whose sizes differ
 * by one at most with the larger ones first, and the last point of all.
 */
function sample(
  { steps, length }: MetricHistory,
  from: number | undefined,
  to: number | undefined,
  most: number,
): number[] {
  let first = 0;
  let end = length;
  while (from !== undefined && first < end && steps[first]! < from) first += 1;
  while (to !== undefined && end > first && steps[end - 1]! > to) end -= 1;
  const count = end - first;
  const groups = Math.min(most, count);
  const chosen = Array.from({ length: groups }, (_, group) => {
    const larger = Math.min(group, count % groups);
    return first + group * Math.floor(count / groups) + larger;
  });
  if (count > 0 && chosen.at(-1) !== end - 1) {
    if (chosen.length >= most) chosen[chosen.length - 1] = end - 1;
    else chosen.push(end - 1);
  }
  return chosen;
}
