import type { RunId } from '../../../contract/ids.ts';
import type { Run } from '../../../contract/runs.contract.ts';
import { toWireNumber } from '../../../contract/wire.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Database } from '../../../kernel/ports/database.ts';
import { readField } from '../search/read-query.ts';
import { valuesByRun } from './values-by-run.ts';

/** What of their metrics, parameters and tags runs come with. */
export interface RunKeys {
  readonly metrics: readonly string[];
  readonly params: readonly string[];
  readonly tags: readonly string[];
}

/**
 * @param fields such as `metrics.loss`, `params.lr` and `tags.team`
 * @throws AppError INVALID_INPUT for another field: the facts of a run always come
 */
export function keysOf(fields: readonly string[]): RunKeys {
  const keys = { metrics: [] as string[], params: [] as string[], tags: [] as string[] };
  for (const field of fields) {
    const read = readField(field);
    if (read.kind === 'metric') keys.metrics.push(read.key);
    else if (read.kind === 'param') keys.params.push(read.key);
    else if (read.kind === 'tag') keys.tags.push(read.key);
    else {
      throw new AppError('INVALID_INPUT', `"${field}" is no metric, parameter or tag.`, {
        nextStep: 'Leave it out: what is known of the run itself always comes.',
        details: { field },
      });
    }
  }
  return keys;
}

/** The last value of metrics of runs; without `keys` of all but the machine's telemetry. */
export function readLastValues(
  database: Database,
  runs: readonly RunId[],
  keys?: readonly string[],
): Map<RunId, Run['metrics']> {
  const found = valuesByRun<number | null>(database, 'metrics', runs, keys);
  for (const values of found.values()) toWire(values);
  return found as Map<RunId, Run['metrics']>;
}

/** In place: most runs have nothing that JSON does not write as it is. */
function toWire(values: Record<string, number | string | null>): void {
  for (const key in values) {
    const value = values[key] as number | null;
    if (value === null || !Number.isFinite(value)) values[key] = toWireNumber(value ?? Number.NaN);
  }
}
