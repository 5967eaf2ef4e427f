import type { JobState } from '../../../app/contract/jobs.contract.ts';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { metricOf } from './metrics.ts';

interface RunFilter {
  /** Words that must all occur; `key=value` asks for a parameter. */
  readonly text: string;
  readonly status: JobState | null;
}

/** The runs that a filter keeps, in their order. */
export function filterRuns(runs: readonly Run[], { text, status }: RunFilter): Run[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    if (status !== null && run.status !== status) return false;
    return words.length === 0 || matches(run, words);
  });
}

function matches(run: Run, words: readonly string[]): boolean {
  const haystack = [
    run.name,
    run.experimentName,
    run.template,
    run.target,
    ...run.inputs.flatMap(({ datasetName, version }) => [`${datasetName} v${version}`]),
    ...Object.entries(run.params).map(([key, value]) => `${key}=${value}`),
    ...Object.entries(run.tags).map(([key, value]) => `${key}=${value}`),
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => haystack.includes(word));
}

/** A column to sort by: `started`, `name`, `took`, `metrics.<key>` or `params.<key>`. */
export interface RunSort {
  readonly by: string;
  readonly descending: boolean;
}

/** Compares words so that s2 stands before s10; made once, since making one costs more than comparing. */
const words = new Intl.Collator('en', { numeric: true });

/** Sorted runs; those without the value stand last in both directions. */
export function sortRuns(runs: readonly Run[], { by, descending }: RunSort): Run[] {
  const keyed = runs.map((run) => ({ run, key: sortKey(run, by) }));
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return a.key === b.key ? 0 : a.key === null ? 1 : -1;
    if (typeof a.key === 'number' && typeof b.key === 'number') return sign * (a.key - b.key);
    return sign * words.compare(String(a.key), String(b.key));
  });
  return keyed.map(({ run }) => run);
}

function sortKey(run: Run, by: string): number | string | null {
  if (by === 'name') return run.name;
  if (by === 'experiment') return run.experimentName;
  if (by === 'data') return run.inputs[0] ? `${run.inputs[0].datasetName} v${run.inputs[0].version}` : null;
  if (by === 'took') return run.durationMs;
  if (by.startsWith('metrics.')) return metricOf(run, by.slice('metrics.'.length));
  if (by.startsWith('params.')) {
    const value = run.params[by.slice('params.'.length)];
    return value === undefined ? null : typeof value === 'boolean' ? String(value) : value;
  }
  return run.startedAt ?? run.createdAt;
}

/** Parameters in which the runs differ, those that most runs have first; the target column is not one of them. */
export function differingParameters(runs: readonly Run[]): string[] {
  const seen = new Map<string, { values: Set<string>; runs: number }>();
  for (const { params } of runs) {
    for (const [key, value] of Object.entries(params)) {
      const entry = seen.get(key) ?? { values: new Set(), runs: 0 };
      entry.values.add(String(value));
      entry.runs += 1;
      seen.set(key, entry);
    }
  }
  return [...seen]
    .filter(([, { values, runs: having }]) => values.size > 1 || having < runs.length)
    .sort(([a, one], [b, other]) => other.runs - one.runs || a.localeCompare(b))
    .map(([key]) => key);
}
