import type { RunGroup as GroupAnswer, RunGroupCell } from '../../../../app/contract/run-table.contract.ts';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../../../app/contract/wire.ts';
import { type FieldValue, type RunField, valueInWords } from './run-fields.ts';

/** Runs that have the same value of the field that they are grouped by. */
export interface RunGroup {
  readonly id: string;
  /** Null for the runs without a value: they are a group too. */
  readonly value: string | null;
  readonly title: string;
  readonly runs: number;
  /** The first few, which stand for the group in its curves. */
  readonly first: readonly Run['id'][];
  /** By field. */
  readonly cells: ReadonlyMap<string, RunGroupCell>;
}

const groups = new WeakMap<GroupAnswer, RunGroup>();

/** A group as the core tells it, with its cells by the fields that were asked for; the same object each time. */
export function groupFrom(answer: GroupAnswer, fields: readonly string[]): RunGroup {
  const known = groups.get(answer);
  if (known) return known;
  const [value = null] = answer.values;
  const group = {
    id: JSON.stringify(value),
    value,
    title: value ?? 'none',
    runs: answer.runs,
    first: answer.first,
    cells: new Map(answer.cells.map((cell, index) => [fields[index] ?? '', cell])),
  };
  groups.set(answer, group);
  return group;
}

/** What stands in a group's row for a field: a mean, the one value that all share, how many there are, or a time span. */
export type GroupCell =
  | { readonly kind: 'mean'; readonly count: number; readonly mean: number; readonly half: number | null }
  | { readonly kind: 'same'; readonly value: FieldValue }
  | { readonly kind: 'several'; readonly count: number }
  | { readonly kind: 'span'; readonly from: number; readonly to: number };

/** Moments have no mean that means something: they are told by the first and the last. */
export function groupCell(group: RunGroup, { id, kind, key }: RunField): GroupCell {
  const cell = group.cells.get(kind === 'about' ? id : `${kind}.${key}`);
  if (cell === undefined) return { kind: 'same', value: null };
  if (cell.kind === 'words') {
    return cell.distinct > 1
      ? { kind: 'several', count: cell.distinct }
      : { kind: 'same', value: cell.value };
  }
  const { count, mean, half, min, max } = cell;
  if (mean === null || min === null || max === null) return { kind: 'same', value: null };
  if (id === 'started') return { kind: 'span', from: fromWireNumber(min), to: fromWireNumber(max) };
  return {
    kind: 'mean',
    count,
    mean: fromWireNumber(mean),
    half: half === null ? null : fromWireNumber(half),
  };
}

/** A value that a group's runs share, in words; numbers come as text from a group. */
export function sharedInWords(value: FieldValue, field: RunField): string {
  const number = field.kind === 'params' && typeof value === 'string' ? Number(value) : Number.NaN;
  return valueInWords(Number.isFinite(number) && value !== '' ? number : value, field);
}

/** One line of the table: a group, or a run. */
export type TableRow =
  | { readonly kind: 'group'; readonly group: RunGroup; readonly index: number; readonly open: boolean }
  | { readonly kind: 'run'; readonly run: Run; readonly inGroup: boolean };

/** A group that is open: where it stands among the groups, and how many lines its runs take. */
export interface OpenGroup {
  readonly index: number;
  readonly group: RunGroup;
}

/** What a line stands for: a group by its place, or a run by its place inside an open group. */
export type LinePlace =
  | { readonly kind: 'group'; readonly index: number }
  | { readonly kind: 'run'; readonly group: RunGroup; readonly index: number };

/** What stands at a line; `open` is in the order of the groups. */
export function placeOfLine(line: number, open: readonly OpenGroup[]): LinePlace {
  let before = 0;
  for (const { index, group } of open) {
    const head = index + before;
    if (line <= head) break;
    if (line <= head + group.runs) return { kind: 'run', group, index: line - head - 1 };
    before += group.runs;
  }
  return { kind: 'group', index: line - before };
}
