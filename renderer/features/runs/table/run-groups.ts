import type { Run } from '../../../../app/contract/runs.contract.ts';
import { type MeanInterval, meanInterval } from './mean-interval.ts';
import { type FieldValue, fieldOf, fieldValue, type RunField, valueInWords } from './run-fields.ts';

/** Runs that have the same value of the field that they are grouped by. */
export interface RunGroup {
  readonly id: string;
  /** The value in words; runs without one are a group too. */
  readonly title: string;
  readonly runs: readonly Run[];
}

/** Compares words so that s2 stands before s10. */
const words = new Intl.Collator('en', { numeric: true });

/**
 * Groups of runs by a field, in the order of `sort`: by their means where that is a number, by their own value where
 * it is the field itself, else in the order of their first runs. Runs without a value stand last.
 */
export function groupRuns(
  runs: readonly Run[],
  by: RunField,
  sort: { readonly by: string; readonly descending: boolean },
): RunGroup[] {
  const members = new Map<string, { value: FieldValue; runs: Run[] }>();
  for (const run of runs) {
    const value = fieldValue(run, by);
    const id = JSON.stringify(typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);
    const group = members.get(id) ?? { value, runs: [] };
    group.runs.push(run);
    members.set(id, group);
  }
  const sign = sort.descending ? -1 : 1;
  const field = fieldOf(sort.by);
  const ranked = [...members].map(([id, { value, runs: own }]) => ({
    group: { id, title: value === null ? 'none' : valueInWords(value, by), runs: own },
    value,
    rank: sort.by === by.id ? value : (groupMean(own, field)?.mean ?? null),
  }));
  ranked.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    if (a.rank === null || b.rank === null) return Number(a.rank === null) - Number(b.rank === null);
    if (typeof a.rank === 'number' && typeof b.rank === 'number') return sign * (a.rank - b.rank);
    return sign * words.compare(String(a.rank), String(b.rank));
  });
  return ranked.map(({ group }) => group);
}

/** Mean and interval of a field over runs; null where it is no number. Moments have no mean that means something. */
export function groupMean(runs: readonly Run[], field: RunField): MeanInterval | null {
  if (field.id === 'started') return null;
  const values = runs.flatMap((run) => {
    const value = fieldValue(run, field);
    return typeof value === 'number' ? [value] : [];
  });
  return meanInterval(values);
}

/** What stands in a group's row for a field: a mean, the one value that all share, or how many there are. */
export type GroupCell =
  | { readonly kind: 'mean'; readonly interval: MeanInterval }
  | { readonly kind: 'same'; readonly value: FieldValue }
  | { readonly kind: 'several'; readonly count: number };

export function groupCell(runs: readonly Run[], field: RunField): GroupCell {
  const measured = field.kind === 'metrics' || field.id === 'duration';
  const interval = measured ? groupMean(runs, field) : null;
  if (interval) return { kind: 'mean', interval };
  const values = new Set(runs.map((run) => fieldValue(run, field)));
  values.delete(null);
  const [only = null] = values;
  return values.size > 1 ? { kind: 'several', count: values.size } : { kind: 'same', value: only };
}

/** One line of the table: a group, or a run. */
export type TableRow =
  | { readonly kind: 'group'; readonly group: RunGroup; readonly open: boolean }
  | { readonly kind: 'run'; readonly run: Run; readonly inGroup: boolean };

/** Groups as lines, those that are open followed by their runs. */
export function groupLines(groups: readonly RunGroup[], open: ReadonlySet<string>): TableRow[] {
  return groups.flatMap((group): TableRow[] => [
    { kind: 'group', group, open: open.has(group.id) },
    ...(open.has(group.id) ? group.runs.map((run) => ({ kind: 'run', run, inGroup: true }) as const) : []),
  ]);
}
