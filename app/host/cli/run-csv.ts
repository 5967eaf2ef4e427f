import type { Run } from '../../contract/runs.contract.ts';
import { type CsvValue, csvText } from './terminal/csv.ts';

const facts: readonly [string, (run: Run) => CsvValue][] = [
  ['run_id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['experiment', ({ experimentName }) => experimentName],
  ['status', ({ status }) => status],
  ['template', ({ template }) => template],
  ['target', ({ target }) => target],
  ['created_at', ({ createdAt }) => time(createdAt)],
  ['started_at', ({ startedAt }) => time(startedAt)],
  ['ended_at', ({ endedAt }) => time(endedAt)],
  ['duration_seconds', ({ durationMs }) => (durationMs === null ? null : durationMs / 1000)],
];

const groups = ['params', 'metrics', 'tags'] as const;

/** A line for each run, with a column for every parameter, metric and tag that one of them has. */
export function runsCsv(runs: readonly Run[]): string {
  const columns = groups.flatMap((group) =>
    [...new Set(runs.flatMap((run) => Object.keys(run[group])))].sort().map((key) => ({ group, key })),
  );
  return csvText(
    [...facts.map(([name]) => name), ...columns.map(({ group, key }) => `${group}.${key}`)],
    runs.map((run) => [
      ...facts.map(([, value]) => value(run)),
      ...columns.map(({ group, key }) => (Object.hasOwn(run[group], key) ? run[group][key] : null)),
    ]),
  );
}

const time = (epochMs: number | null): string | null =>
  epochMs === null ? null : new Date(epochMs).toISOString();
