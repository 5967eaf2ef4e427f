import type { TableDiff } from '../../../app/contract/data-tables.contract.ts';
import type { CommonColumn } from '../drift/common-columns.ts';
import type { Look } from '../looking/look.ts';
import { shownCell } from '../looking/table-source.ts';
import { EXAMPLES, type Sides } from './sides.ts';

const COLUMNS_A_QUERY = 100;
const CHANGES_OF_A_ROW = 50;

/** Pairs of a changed row: `different` is the table that rows-by-key.ts makes. */
const PAIRS = '(SELECT * FROM different WHERE before_place IS NOT NULL AND after_place IS NOT NULL)';

/** How many rows changed in each column, most first; columns without a change are left out. */
export async function changedColumns(
  sides: Sides,
  { connection, signal, progress }: Look,
): Promise<TableDiff['rows']['changedColumns']> {
  const changes: { column: string; rows: number }[] = [];
  for (let start = 0; start < sides.common.length; start += COLUMNS_A_QUERY) {
    const batch = sides.common.slice(start, start + COLUMNS_A_QUERY);
    const counts = batch.map((_, at) => `count(*) FILTER (b.value${at} IS DISTINCT FROM a.value${at})`);
    const result = await connection.runAndReadAll(
      `SELECT ${counts.join(', ')} FROM ${PAIRS} AS pairs ${joined(sides, batch)}`,
    );
    signal.throwIfAborted();
    progress(start / sides.common.length, 'Counting changes by column');
    const answers = result.getRows()[0]!;
    for (const [at, { name }] of batch.entries()) {
      const rows = Number(answers[at]);
      if (rows > 0) changes.push({ column: name, rows });
    }
  }
  return changes.sort((a, b) => b.rows - a.rows);
}

/** The first changed rows, with the cells that differ. */
export async function changedCells(
  sides: Sides,
  key: readonly CommonColumn[],
  { connection }: Look,
): Promise<TableDiff['rows']['changedExamples']> {
  const examples = new Map<number, TableDiff['rows']['changedExamples'][number]>();
  const first = `(SELECT * FROM ${PAIRS} ORDER BY after_place LIMIT ${EXAMPLES})`;
  // The key's columns go first, so that the first batch has them.
  const columns = [...key, ...sides.common.filter((column) => !key.includes(column))];
  for (let start = 0; start < columns.length; start += COLUMNS_A_QUERY) {
    const batch = columns.slice(start, start + COLUMNS_A_QUERY);
    const cells = batch.map(
      (_, at) => `b.value${at}, a.value${at}, b.value${at} IS DISTINCT FROM a.value${at}`,
    );
    const result = await connection.runAndReadAll(
      `SELECT before_place, after_place, ${cells.join(', ')} FROM ${first} AS pairs ${joined(sides, batch)} ORDER BY after_place`,
    );
    for (const [beforePlace, afterPlace, ...values] of result.getRows()) {
      const place = Number(afterPlace);
      const example = examples.get(place) ?? {
        key: key.map((_, at) => shownCell(values[at * 3 + 1]!)),
        beforeRowNumber: Number(beforePlace),
        afterRowNumber: place,
        changes: [],
      };
      examples.set(place, example);
      for (const [at, { name }] of batch.entries()) {
        if (values[at * 3 + 2] !== true || example.changes.length >= CHANGES_OF_A_ROW) continue;
        example.changes.push({
          column: name,
          before: shownCell(values[at * 3]!),
          after: shownCell(values[at * 3 + 1]!),
        });
      }
    }
  }
  return [...examples.values()];
}

function joined({ before, after }: Sides, batch: readonly CommonColumn[]): string {
  const values = (side: 'beforeValue' | 'afterValue') =>
    batch.map((column, at) => `${column[side]} AS value${at}`).join(', ');
  return `JOIN (SELECT ${before.row} AS place, ${values('beforeValue')} FROM ${before.from}) AS b ON b.place = before_place
    JOIN (SELECT ${after.row} AS place, ${values('afterValue')} FROM ${after.from}) AS a ON a.place = after_place`;
}
