import type { Run } from '../../../../app/contract/runs.contract.ts';
import type { TableRow } from './run-groups.ts';

/** Marked runs by id, as they were when they were marked; null where only the id is known. */
export type MarkedRuns = ReadonlyMap<Run['id'], Run | null>;

/** Runs to mark or unmark. */
export type RunsToMark = readonly (readonly [Run['id'], Run | null])[];

/** Whether a line is marked: a group as far as its runs are. `inGroup` counts the marked runs by group. */
export function markOfRow(
  row: TableRow,
  marked: MarkedRuns,
  inGroup: ReadonlyMap<string, number>,
): boolean | 'some' {
  if (row.kind === 'run') return marked.has(row.run.id);
  const count = inGroup.get(row.group.id) ?? 0;
  return count === 0 ? false : count >= row.group.runs ? true : 'some';
}

/** With the runs of a line marked, or unmarked where all of them were. */
export function toggled(marked: MarkedRuns, runs: RunsToMark): MarkedRuns {
  const next = new Map(marked);
  const all = runs.every(([id]) => marked.has(id));
  for (const [id, run] of runs) {
    if (all) next.delete(id);
    else next.set(id, run);
  }
  return next;
}

/** With more runs marked. What is known of a run stays known. */
export function extended(marked: MarkedRuns, runs: RunsToMark): MarkedRuns {
  const next = new Map(marked);
  for (const [id, run] of runs) next.set(id, run ?? marked.get(id) ?? null);
  return next;
}
