import type { RunId } from '../../../contract/ids.ts';
import type { Database } from '../../../kernel/ports/database.ts';
import type { Fragment } from '../search/fragment.ts';

/** Runs with the same values, in the order of all runs. */
export interface GroupedRuns {
  /** One for each field; null for runs without a value. */
  readonly values: readonly (string | null)[];
  readonly runs: RunId[];
}

/**
 * Groups in the order of their first runs.
 *
 * @param ordered the runs meant, in order
 * @param where which runs are meant; a run that is in `ordered` only is left out
 */
export function groupRuns(
  database: Database,
  ordered: readonly RunId[],
  where: Fragment,
  by: readonly Fragment[],
): GroupedRuns[] {
  const columns = by.map(({ sql }) => sql).join(', ');
  const rows = database
    .prepare(
      `SELECT r.id, json_array(${columns}) AS group_values FROM runs r JOIN experiments e ON e.id = r.experiment_id WHERE ${where.sql}`,
    )
    .all(...by.flatMap(({ parameters }) => parameters), ...where.parameters);
  const valuesOf = new Map(rows.map((row) => [row.id as RunId, String(row.group_values)]));
  const groups = new Map<string, GroupedRuns>();
  for (const id of ordered) {
    const values = valuesOf.get(id);
    if (values === undefined) continue;
    const group = groups.get(values);
    if (group) group.runs.push(id);
    else groups.set(values, { values: JSON.parse(values), runs: [id] });
  }
  return [...groups.values()];
}
