import type { Leak } from '../../../../app/contract/data-splits.ts';
import type { Column } from '../../../../app/contract/datasets.contract.ts';
import { type KeyedRows, withKeyedRows } from '../keyed-rows/keyed-rows.ts';
import { contentHash, contentText, roughHash } from '../row-identity.ts';
import { withRowsByContent } from '../rows-by-value.ts';
import { streamNumbers, wordsOf64 } from '../stream-numbers.ts';
import { rowsInWords } from '../verdict.ts';
import { step, type Watch } from '../watch.ts';
import { type Crossings, crossingsOf } from './crossings.ts';
import { comparedColumns, examplesOf, type Search } from './search.ts';

/** Nearly equal is said only of rows with so many columns: fewer are nearly equal by chance. */
const FEWEST_COLUMNS = 3;

export async function duplicates(search: Search, watch: Watch): Promise<Leak | null> {
  if (search.equalRowsTogether) return null;
  const columns = comparedColumns(search);
  const { table, assignment, equalRows } = search;
  const crossings = (rows: KeyedRows) => crossingsOf(rows, assignment, false, watch.signal);
  const found = equalRows
    ? await crossings(equalRows)
    : await withRowsByContent(table, contentText(columns), watch, crossings);
  if (found.rows === 0) return null;
  return {
    kind: 'duplicates',
    severity: 'leak',
    columns: [],
    rows: found.rows,
    message: `${rowsInWords(found.rows)} have an identical row in another part.`,
    nextStep:
      'Make the split with duplicates "together", remove the duplicates, or name columns to ignore if these are not the same.',
    examples: await examplesOf(search, found.pairs, columns),
  };
}

export async function nearDuplicates(search: Search, watch: Watch): Promise<Leak | null> {
  const columns = comparedColumns(search);
  if (!mayNearlyRepeat(columns)) return null;
  const found = await crossingsOfNear(search, columns, watch);
  // Where most rows seem alike it is the rounding that made them so.
  if (found.rows === 0 || found.rows > search.table.rows / 2) return null;
  return {
    kind: 'near-duplicates',
    severity: 'suspicion',
    columns: [],
    rows: found.rows,
    message: `${rowsInWords(found.rows)} hardly differ from one in another part (capitals, blanks, the fourth digit of numbers).`,
    nextStep: 'If they are the same thing twice, remove one of them or group the split by what they share.',
    examples: await examplesOf(search, found.pairs, columns),
  };
}

function mayNearlyRepeat(columns: readonly Column[]): boolean {
  return columns.length >= FEWEST_COLUMNS && columns.some(({ type }) => type === 'number' || type === 'text');
}

async function crossingsOfNear(
  { table, assignment, equalRowsTogether }: Search,
  columns: readonly Column[],
  watch: Watch,
): Promise<Crossings> {
  const { rowColumn, numbered, rows, spillFolder: folder } = table;
  // Where equal rows stand together, what stands apart is not equal.
  const content = equalRowsTogether ? null : contentHash(columns);
  const otherWords = content === null ? 0 : 2;
  return await withKeyedRows({ folder, rows, keyWords: 2, otherWords }, async (keyed) => {
    await streamNumbers(
      table,
      `SELECT place, ${wordsOf64('rough')}${content === null ? '' : `, ${wordsOf64('content')}`}
       FROM (SELECT ${rowColumn}::UINTEGER AS place, ${roughHash(columns)} AS rough, ${content ?? 'NULL'} AS content FROM ${numbered})`,
      3 + otherWords,
      [step(watch, 0, 0.8), 'Looking for leaks'],
      (row) => keyed.add(row),
    );
    return await crossingsOf(keyed, assignment, content !== null, watch.signal);
  });
}
