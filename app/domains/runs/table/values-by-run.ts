import type { RunId } from '../../../contract/ids.ts';
import type { Database } from '../../../kernel/ports/database.ts';

/** Tables of what runs have, with the SQL of a value in JSON. The machine's telemetry is no part of a run's metrics. */
const tables = {
  metrics: { name: 'metric_keys', value: 'last_value', own: `AND key NOT GLOB 'system/*'` },
  params: { name: 'run_params', value: 'json(value)', own: '' },
  tags: { name: 'run_tags', value: 'value', own: '' },
} as const;

/**
 * What runs have, by key. SQLite makes one text of all that a run has, which is read several times as fast as its rows are; its texts
 * of numbers are exact, an infinity is a number too large for a double, and NaN is null.
 *
 * @param keys only these; without them all
 */
export function valuesByRun<Value>(
  database: Database,
  what: keyof typeof tables,
  runs: readonly RunId[],
  keys?: readonly string[],
): Map<RunId, Record<string, Value>> {
  if (keys?.length === 0) return new Map();
  const { name, value, own } = tables[what];
  const rows = database
    .prepare(
      `SELECT run_id, json_group_object(key, ${value}) AS list FROM ${name}
       WHERE run_id IN (SELECT value FROM json_each(?)) ${keys ? 'AND key IN (SELECT value FROM json_each(?))' : own}
       GROUP BY run_id`,
    )
    .all(JSON.stringify(runs), ...(keys ? [JSON.stringify(keys)] : []));
  return new Map(rows.map((row) => [row.run_id as RunId, JSON.parse(String(row.list))]));
}
