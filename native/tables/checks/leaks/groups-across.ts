import type { Leak } from '../../../../app/contract/data-splits.ts';
import { looksLikeId } from '../row-identity.ts';
import { withRowsByValue } from '../rows-by-value.ts';
import { required } from '../split-plan.ts';
import { count, rowsInWords } from '../verdict.ts';
import { step, type Watch } from '../watch.ts';
import { crossingsOf } from './crossings.ts';
import { examplesOf, type Search } from './search.ts';

/** So many columns that look like groups are looked at. */
const MOST_GROUPINGS = 8;

/** @param declared columns that someone named; otherwise those that look like groups */
export async function groupsAcross(
  search: Search,
  declared: readonly string[] | undefined,
  watch: Watch,
): Promise<Leak[]> {
  const { table, assignment } = search;
  const columns = declared?.map((name) => required(table, name)) ?? likelyGroups(search);
  const leaks: Leak[] = [];
  for (const [place, column] of columns.entries()) {
    const part = step(watch, place / columns.length, (place + 1) / columns.length);
    const found = await withRowsByValue(table, column, part, (values) =>
      crossingsOf(values, assignment, false, watch.signal),
    );
    const groups = found.allKeys > 1 && found.allKeys <= table.rows / 2;
    if (found.rows === 0 || (!declared && !groups)) continue;
    leaks.push({
      kind: 'groups',
      severity: declared ? 'leak' : 'suspicion',
      columns: [column.name],
      rows: found.rows,
      message: `${count(found.keys)} ${found.keys === 1 ? 'value' : 'values'} of ${column.name} ${found.keys === 1 ? 'stands' : 'stand'} in more than one part (${rowsInWords(found.rows)}).`,
      nextStep: `If rows of one ${column.name} belong together, make a split that is grouped by it.`,
      examples: await examplesOf(search, found.pairs, [column]),
    });
  }
  return leaks;
}

function likelyGroups({ table, spec: { method }, rowIds }: Search) {
  const kept =
    method.kind === 'grouped' ? method.columns : method.kind === 'stratified' ? [method.column] : [];
  return table.columns
    .filter((column) => looksLikeId(column) && !kept.includes(column.name))
    .slice(0, MOST_GROUPINGS)
    .filter(({ name }) => !rowIds.includes(name));
}
