import type { Comparison, Run, RunDetail } from '../../contract/runs.contract.ts';
import { fromWireNumber, type ParameterValue, type WireNumber } from '../../contract/wire.ts';
import { bestIndex, betterDirection } from './run-metrics.ts';

type Value = ParameterValue | WireNumber | null;

/** Runs side by side, key by key; rows that differ come first within each table. */
export function compareRuns(details: readonly RunDetail[]): Comparison {
  const metrics = rows(details, (run) => run.metrics).map((row) => {
    const direction = betterDirection(row.key);
    const numbers = row.values.map((value) => (value === null ? null : fromWireNumber(value as WireNumber)));
    return { ...row, direction, best: row.differs ? bestIndex(numbers, direction) : null };
  });
  return {
    runs: details.map(toRun),
    params: rows(details, (run) => run.params),
    metrics,
    inputs: rows(details, (run) =>
      Object.fromEntries(
        run.inputs.map((input) => [input.datasetName, `v${input.version} ${input.digest.slice(0, 12)}`]),
      ),
    ),
    environment: rows(details, (run) => run.environment),
  };
}

function rows(details: readonly RunDetail[], valuesOf: (run: RunDetail) => Readonly<Record<string, Value>>) {
  const records = details.map(valuesOf);
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))].sort();
  return keys
    .map((key) => {
      const values = records.map((record) => record[key] ?? null);
      return { key, values, differs: values.some((value) => value !== values[0]) };
    })
    .sort((a, b) => Number(b.differs) - Number(a.differs));
}

function toRun({
  metricSummaries: _summaries,
  environment: _environment,
  artifacts: _artifacts,
  models: _models,
  summary: _summary,
  systemMetrics: _systemMetrics,
  recipe: _recipe,
  code: _code,
  ...run
}: RunDetail): Run {
  return run;
}
