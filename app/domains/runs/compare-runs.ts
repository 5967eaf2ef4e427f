import type { Comparison, Run } from '../../contract/runs.contract.ts';
import { fromWireNumber, type ParameterValue, type WireNumber } from '../../contract/wire.ts';
import { bestIndex, betterDirection } from './run-metrics.ts';

type Value = ParameterValue | WireNumber | null;

/**
 * Runs side by side, key by key; rows that differ come first within each table.
 *
 * @param environments one for each run
 */
export function compareRuns(
  runs: readonly Run[],
  environments: readonly Readonly<Record<string, string>>[],
): Comparison {
  const metrics = rows(runs.map((run) => run.metrics)).map((row) => {
    const direction = betterDirection(row.key);
    const numbers = row.values.map((value) => (value === null ? null : fromWireNumber(value as WireNumber)));
    return { ...row, direction, best: row.differs ? bestIndex(numbers, direction) : null };
  });
  return {
    runs: [...runs],
    params: rows(runs.map((run) => run.params)),
    metrics,
    inputs: rows(
      runs.map(({ inputs }) =>
        Object.fromEntries(
          inputs.map((input) => [input.datasetName, `v${input.version} ${input.digest.slice(0, 12)}`]),
        ),
      ),
    ),
    environment: rows(environments),
  };
}

function rows(records: readonly Readonly<Record<string, Value>>[]) {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))].sort();
  return keys
    .map((key) => {
      const values = records.map((record) => record[key] ?? null);
      return { key, values, differs: values.some((value) => value !== values[0]) };
    })
    .sort((a, b) => Number(b.differs) - Number(a.differs));
}
