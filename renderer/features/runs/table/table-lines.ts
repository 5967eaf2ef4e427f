import type { Run } from '../../../../app/contract/runs.contract.ts';
import type { RunGroup, TableRow } from './run-groups.ts';

type RunLine = Extract<TableRow, { kind: 'run' }>;
type GroupLine = Extract<TableRow, { kind: 'group' }>;

const runLines = { inGroup: new WeakMap<Run, RunLine>(), alone: new WeakMap<Run, RunLine>() };
const groupLines = new WeakMap<RunGroup, GroupLine>();

/** The line of a run; the same object each time, so that it is not drawn again. */
export function lineOfRun(run: Run, inGroup: boolean): TableRow {
  const lines = inGroup ? runLines.inGroup : runLines.alone;
  const line = lines.get(run) ?? { kind: 'run', run, inGroup };
  lines.set(run, line);
  return line;
}

/** The line of a group; the same object while its place is the same and it stays open or closed. */
export function lineOfGroup(group: RunGroup, index: number, open: boolean): TableRow {
  const known = groupLines.get(group);
  if (known?.index === index && known.open === open) return known;
  const line: GroupLine = { kind: 'group', group, index, open };
  groupLines.set(group, line);
  return line;
}
