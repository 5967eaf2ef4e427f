import type { TableDiff } from '../../../app/contract/data-tables.contract.ts';
import type { Look } from '../looking/look.ts';
import { EXAMPLES, loneRows, printOf, type Sides, shownColumns } from './sides.ts';

const ROWS_AT_A_TIME = 2_500_000;

/** Rows as a bag: how often each content stands in either table, by 128 bits of hash. The order of rows does not count. */
export async function rowsByContent(sides: Sides, look: Look): Promise<TableDiff['rows']> {
  const { before, after, common } = sides;
  const { connection } = look;
  const side = (name: 'before' | 'after') => {
    const print = printOf(common, name);
    const table = sides[name];
    return `SELECT ${print.first} AS print1, ${print.second} AS print2, ${name === 'after' ? 1 : -1} AS step, ${table.row} AS place FROM ${table.from}`;
  };
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE different (surplus BIGINT, before_place BIGINT, after_place BIGINT)',
  );
  // Contents are counted a part of all hashes at a time: reading again is cheaper than counts that do not fit the memory.
  const parts = Math.ceil((before.rows + after.rows) / ROWS_AT_A_TIME) || 1;
  for (let part = 0; part < parts; part++) {
    look.signal.throwIfAborted();
    look.progress((0.8 * part) / parts, 'Comparing rows by their content');
    await connection.run(
      `INSERT INTO different
         SELECT sum(step)::BIGINT, min(place) FILTER (step = -1), min(place) FILTER (step = 1)
         FROM (${side('before')} UNION ALL ${side('after')}) WHERE print1 % ${parts} = ${part}
         GROUP BY print1, print2 HAVING sum(step) <> 0`,
    );
  }
  look.progress(0.8, 'Reading examples of different rows');
  const [totals] = (
    await connection.runAndReadAll(
      `SELECT coalesce(sum(surplus) FILTER (surplus > 0), 0), coalesce(-sum(surplus) FILTER (surplus < 0), 0) FROM different`,
    )
  ).getRows();
  const [added, removed] = totals!.map(Number) as [number, number];
  const shown = shownColumns(sides);
  const examples = async (place: string, condition: string) =>
    (
      await connection.runAndReadAll(
        `SELECT ${place} FROM different WHERE ${condition} ORDER BY ${place} LIMIT ${EXAMPLES}`,
      )
    )
      .getRows()
      .map(([number]) => Number(number));
  return {
    before: before.rows,
    after: after.rows,
    by: 'content',
    key: [],
    comparedColumns: common.length,
    added,
    removed,
    changed: 0,
    unchanged: before.rows - removed,
    columns: shown,
    addedExamples: await loneRows(look, after, shown, await examples('after_place', 'surplus > 0')),
    removedExamples: await loneRows(look, before, shown, await examples('before_place', 'surplus < 0')),
    changedExamples: [],
    changedColumns: [],
  };
}
