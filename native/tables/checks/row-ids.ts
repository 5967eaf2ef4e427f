import type { Column } from '../../../app/contract/datasets.contract.ts';
import { identifier } from '../duckdb-session.ts';
import { looksLikeId } from './row-identity.ts';
import { withRowsByValue } from './rows-by-value.ts';
import { streamNumbers } from './stream-numbers.ts';
import { ask, type TableView } from './table-view.ts';
import { step, type Watch } from './watch.ts';

/** Most columns that are no ids show it early. */
const FIRST_ROWS = 100_000;
const MOST_BITS_PER_ROW = 32;

/** Columns that are named like ids and have another value in every row: they would make any two rows different. */
export async function rowIds(table: TableView, watch: Watch): Promise<string[]> {
  const ids: string[] = [];
  const candidates = table.columns.filter(looksLikeId);
  for (const [place, column] of candidates.entries()) {
    if (ids.length === table.columns.length - 1) break;
    const part = step(watch, place / candidates.length, (place + 1) / candidates.length);
    if (await hasRowIds(table, column, part)) ids.push(column.name);
  }
  return ids;
}

async function hasRowIds(table: TableView, column: Column, watch: Watch): Promise<boolean> {
  const sql = identifier(column.name);
  const [[differ]] = (await ask(
    table.connection,
    `SELECT count(DISTINCT ${sql}) = count(*) FROM (SELECT ${sql} FROM data LIMIT ${FIRST_ROWS})`,
  )) as [[boolean]];
  if (!differ || table.rows <= FIRST_ROWS) return differ;
  const narrow = column.type === 'integer' ? await differInNarrowRange(table, sql, watch) : null;
  if (narrow !== null) return narrow;
  return await withRowsByValue(table, column, watch, async (values) => {
    let alone = 0;
    await values.eachRun((_, from, to) => {
      if (to - from === 1) alone += 1;
    }, watch.signal);
    return alone === table.rows;
  });
}

/** Numbers that lie close together, as ids mostly do, are marked on a map of bits; null where they do not. */
async function differInNarrowRange(table: TableView, sql: string, watch: Watch): Promise<boolean | null> {
  const [[least, range, known]] = (await ask(
    table.connection,
    `SELECT min(${sql}), max(${sql})::DOUBLE - min(${sql})::DOUBLE + 1, count(${sql})::DOUBLE FROM data`,
  )) as [[bigint, number, number]];
  if (known < table.rows) return false;
  if (range > Math.min(table.rows * MOST_BITS_PER_ROW, 2 ** 32)) return null;
  const seen = new Uint8Array(Math.ceil(range / 8));
  let differ = true;
  await streamNumbers(
    table,
    `SELECT (${sql} - (${least})::BIGINT)::UINTEGER FROM data`,
    1,
    [watch, 'Looking for ids'],
    ([value]) => {
      const bit = 1 << (value! & 7);
      if ((seen[value! >>> 3]! & bit) !== 0) differ = false;
      seen[value! >>> 3]! |= bit;
    },
  );
  return differ;
}
