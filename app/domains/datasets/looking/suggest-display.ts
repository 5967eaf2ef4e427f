import type { ResultColumn, ResultDisplay } from '../../../contract/data-sql.contract.ts';

/** More bars than these cannot be read. */
const MOST_BARS = 60;
const MOST_SERIES = 4;

/** What suits a result: a line over times, bars over a few words, points of two numbers, else the table. */
export function suggestDisplay(columns: readonly ResultColumn[], rows: number): ResultDisplay {
  const isNumber = ({ kind }: ResultColumn) => kind === 'integer' || kind === 'number';
  const named = (found: readonly ResultColumn[]) => found.slice(0, MOST_SERIES).map(({ name }) => name);
  const table: ResultDisplay = { kind: 'table', x: null, y: [] };
  const numbers = columns.filter(isNumber);
  if (rows < 2 || numbers.length === 0 || columns.length > 8) return table;
  const time = columns.find(({ kind }) => kind === 'time');
  if (time) return { kind: 'line', x: time.name, y: named(numbers) };
  const words = columns.find(({ kind }) => kind === 'text' || kind === 'boolean');
  if (words) return rows <= MOST_BARS ? { kind: 'bar', x: words.name, y: named(numbers) } : table;
  const [first, ...others] = numbers as [ResultColumn, ...ResultColumn[]];
  if (others.length === 0) return { kind: 'histogram', x: first.name, y: [] };
  if (first.kind === 'integer' && rows <= MOST_BARS) {
    return { kind: 'line', x: first.name, y: named(others) };
  }
  return { kind: 'scatter', x: first.name, y: named(others.slice(0, 1)) };
}
