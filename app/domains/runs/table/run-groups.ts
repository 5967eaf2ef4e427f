import type { RunGroup } from '../../../contract/run-table.contract.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Database } from '../../../kernel/ports/database.ts';
import { fieldText } from '../search/field-text.ts';
import { readField, readOrder } from '../search/read-query.ts';
import { type RunOrderBy, type RunSearch, type RunSelection, selectionSql } from '../search/run-search.ts';
import { groupCells } from './group-cells.ts';
import { groupRuns } from './group-runs.ts';
import { sortGroups } from './sort-groups.ts';

export interface GroupQuery extends RunOrderBy {
  readonly by: readonly string[];
  readonly fields: readonly string[];
  readonly firstRuns: number;
  readonly limit: number;
  readonly offset: number;
}

/**
 * A page of the groups of the runs meant, in order, with what they have of some fields.
 *
 * @returns how many groups and runs there are in all
 * @throws AppError INVALID_INPUT
 */
export function runGroups(
  { database, clock, search }: { database: Database; clock: Clock; search: RunSearch },
  selection: RunSelection,
  { by, fields, firstRuns, limit, offset, ...order }: GroupQuery,
): { groups: RunGroup[]; total: number; runs: number } {
  const nowMs = clock.now();
  const ids = search.ids(selection, order);
  const found = groupRuns(database, ids, selectionSql(selection, nowMs), by.map(fieldText));
  const sorted = sort();
  const page = sorted.slice(offset, offset + limit);
  const columns = groupCells(database, page, fields, nowMs);
  return {
    groups: page.map(({ values, runs }, place) => ({
      values: [...values],
      runs: runs.length,
      first: runs.slice(0, firstRuns),
      cells: columns.map((cells) => cells[place]!),
    })),
    total: found.length,
    runs: ids.length,
  };

  function sort() {
    const [first] = readOrder(database, selection.project, order.orderBy, order.descending);
    if (!first) return found;
    const own = by.findIndex((field) => JSON.stringify(readField(field)) === JSON.stringify(first.by));
    const measured =
      first.by.kind === 'metric' || (first.by.kind === 'attribute' && first.by.attribute === 'duration');
    const field = first.by.kind === 'metric' ? `metrics.${first.by.key}` : 'duration';
    const cells = own < 0 && measured ? groupCells(database, found, [field], nowMs)[0]! : null;
    return sortGroups(found, first.descending, own < 0 ? null : own, cells);
  }
}
