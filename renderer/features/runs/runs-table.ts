import type { Run } from '../../../app/contract/runs.contract.ts';

/** The runs in which every word of a text occurs, in their order; `key=value` asks for a parameter. */
export function filterRuns(runs: readonly Run[], text: string): readonly Run[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? runs : runs.filter((run) => matches(run, words));
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

/** Compares words so that s2 stands before s10; made once, since making one costs more than comparing. */
const words = new Intl.Collator('en', { numeric: true });

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
    .sort(([a, one], [b, other]) => other.runs - one.runs || words.compare(a, b))
    .map(([key]) => key);
}
