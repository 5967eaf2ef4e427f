import type { RunGroupCell } from '../../../contract/run-table.contract.ts';
import { fromWireNumber } from '../../../contract/wire.ts';
import type { GroupedRuns } from './group-runs.ts';

/** Compares words so that s2 stands before s10. */
const words = new Intl.Collator('en', { numeric: true });

/**
 * Groups by their own value of one of the fields that they are grouped by, or by what `cells` say of them, else as they stand. Groups
 * without a value are last.
 *
 * @param place which of the values; null where the order is by something else
 * @param cells one for each group; null where what is ordered by has no mean
 */
export function sortGroups(
  groups: readonly GroupedRuns[],
  descending: boolean,
  place: number | null,
  cells: readonly RunGroupCell[] | null,
): GroupedRuns[] {
  const sign = descending ? -1 : 1;
  const ranked = groups.map((group, index) => ({
    group,
    none: group.values.filter((value) => value === null).length,
    rank: place === null ? meanOf(cells?.[index]) : (group.values[place] ?? null),
  }));
  ranked.sort((a, b) => {
    if (a.none !== b.none) return a.none - b.none;
    if (a.rank === null || b.rank === null) return Number(a.rank === null) - Number(b.rank === null);
    if (typeof a.rank === 'number' && typeof b.rank === 'number') return sign * (a.rank - b.rank);
    return sign * words.compare(String(a.rank), String(b.rank));
  });
  return ranked.map(({ group }) => group);
}

function meanOf(cell: RunGroupCell | undefined): number | null {
  return cell?.kind === 'numbers' && cell.mean !== null ? fromWireNumber(cell.mean) : null;
}
