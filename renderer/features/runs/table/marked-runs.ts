import type { Run } from '../../../../app/contract/runs.contract.ts';
import type { TableRow } from './run-groups.ts';

export type MarkedRuns = ReadonlyMap<string, Run>;

/** The runs that a line of the table stands for. */
export function runsOfRow(row: TableRow): readonly Run[] {
  return row.kind === 'run' ? [row.run] : row.group.runs;
}

/** Whether a line is marked: a group as far as its runs are. */
export function markOfRow(row: TableRow, marked: MarkedRuns): boolean | 'some' {
  if (row.kind === 'run') return marked.has(row.run.id);
  let count = 0;
  for (const { id } of row.group.runs) if (marked.has(id)) count += 1;
  return count === 0 ? false : count === row.group.runs.length ? true : 'some';
}

/** With the runs of a line marked, or unmarked where all of them were. */
export function toggled(marked: MarkedRuns, runs: readonly Run[]): MarkedRuns {
  const next = new Map(marked);
  const all = runs.every(({ id }) => marked.has(id));
  for (const run of runs) {
    if (all) next.delete(run.id);
    else next.set(run.id, run);
  }
  return next;
}

/** With more runs marked. */
export function extended(marked: MarkedRuns, runs: readonly Run[]): MarkedRuns {
  return new Map([...marked, ...runs.map((run) => [run.id, run] as const)]);
}
