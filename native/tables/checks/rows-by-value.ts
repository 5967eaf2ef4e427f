import type { Column } from '../../../app/contract/datasets.contract.ts';
import { identifier } from '../duckdb-session.ts';
import { type KeyedRows, withKeyedRows } from './keyed-rows/keyed-rows.ts';
import { contentText, named } from './row-identity.ts';
import { streamNumbers, wordsOf64, wordsOf128 } from './stream-numbers.ts';
import { present, type TableView } from './table-view.ts';
import { step, type Watch } from './watch.ts';

type Work<T> = (rows: KeyedRows, watch: Watch) => Promise<T>;

/** Work with the rows that have a value in a column, by that value. */
export async function withRowsByValue<T>(
  table: TableView,
  column: Column,
  watch: Watch,
  work: Work<T>,
): Promise<T> {
  // The hash of a whole number is another one for every number.
  const key =
    column.type === 'integer'
      ? { sql: `hash(${identifier(column.name)})`, words: 2 as const }
      : { sql: named(contentText([column])), words: 4 as const };
  return await withRowsBy(table, key, present(column), [watch, `Looking at ${column.name}`], work);
}

/** Work with all rows by what they hold. @param content SQL of the text that equal rows share */
export async function withRowsByContent<T>(
  table: TableView,
  content: string,
  watch: Watch,
  work: Work<T>,
): Promise<T> {
  return await withRowsBy(table, { sql: named(content), words: 4 }, 'TRUE', [watch, 'Comparing rows'], work);
}

async function withRowsBy<T>(
  table: TableView,
  key: { readonly sql: string; readonly words: 2 | 4 },
  where: string,
  [watch, what]: readonly [Watch, string],
  work: Work<T>,
): Promise<T> {
  const { spillFolder: folder, rows, rowColumn, numbered } = table;
  return await withKeyedRows({ folder, rows, keyWords: key.words }, async (keyed) => {
    await streamNumbers(
      table,
      `SELECT place, ${key.words === 2 ? wordsOf64('key') : wordsOf128('key')}
       FROM (SELECT ${rowColumn}::UINTEGER AS place, ${key.sql} AS key FROM ${numbered} WHERE ${where})`,
      1 + key.words,
      [step(watch, 0, 0.5), what],
      (row) => keyed.add(row),
    );
    return await work(keyed, step(watch, 0.5, 1));
  });
}
