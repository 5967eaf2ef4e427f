import { tableName } from './query-address.ts';

/** What may be written at a place of a query. */
export interface SqlOption {
  readonly text: string;
  readonly detail: string;
}

export interface SqlCompletion {
  /** What an option replaces: offsets, the end exclusive. */
  readonly from: number;
  readonly to: number;
  readonly options: readonly SqlOption[];
}

export interface SqlTable {
  readonly dataset: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

const words = [
  ...[
    'SELECT',
    'FROM',
    'WHERE',
    'GROUP BY',
    'ORDER BY',
    'HAVING',
    'LIMIT',
    'JOIN',
    'LEFT JOIN',
    'ON',
    'USING',
  ],
  ...['AS', 'AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'LIKE', 'IS NULL', 'IS NOT NULL', 'DISTINCT', 'UNION ALL'],
  ...['WITH', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'DESC', 'SAMPLE', 'SUMMARIZE', 'DESCRIBE', 'OVER'],
  ...['count(*)', 'sum(', 'avg(', 'min(', 'max(', 'median(', 'stddev(', 'quantile_cont(', 'date_trunc('],
];
const mostShown = 10;

/** A name as SQL writes it: quoted where it is not plain. */
export function columnName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/**
 * What may follow at the cursor: names of data sets behind FROM and JOIN, else columns (those of the data sets that the query names first),
 * data sets and words of SQL.
 */
export function completeSql(text: string, cursor: number, tables: readonly SqlTable[]): SqlCompletion {
  const before = text.slice(0, cursor);
  const typed = /(?:"[^"\n]*|[A-Za-z_][A-Za-z0-9_]*)$/.exec(before)?.[0] ?? '';
  const from = cursor - typed.length;
  const inText = (before.slice(0, from).match(/'/g)?.length ?? 0) % 2 === 1;
  const start = typed.replace('"', '').toLowerCase();
  if (inText) return { from: cursor, to: cursor, options: [] };
  const fits = (name: string) => name.toLowerCase().startsWith(start);
  const data = tables
    .filter(({ dataset }) => fits(dataset))
    .map(({ dataset }): SqlOption => ({ text: tableName(dataset, 0, true), detail: 'data set' }));
  if (/\b(?:from|join)\s+$/i.test(before.slice(0, from))) {
    return { from, to: cursor, options: data.slice(0, mostShown) };
  }
  if (start === '') return { from: cursor, to: cursor, options: [] };
  const named = tables.filter(({ dataset }) => text.toLowerCase().includes(dataset.toLowerCase()));
  const seen = new Set<string>();
  const columns = (named.length > 0 ? named : tables).flatMap(({ dataset, columns: own }) =>
    own.flatMap(({ name, type }): SqlOption[] => {
      if (!fits(name) || seen.has(name)) return [];
      seen.add(name);
      return [{ text: columnName(name), detail: `${type}, ${dataset}` }];
    }),
  );
  const sql = words
    .filter((word) => word.toLowerCase().startsWith(start))
    .map((word): SqlOption => ({ text: word, detail: '' }));
  const options = [...columns, ...data, ...sql].filter(
    ({ text: one }) => one.toLowerCase() !== typed.toLowerCase(),
  );
  return { from, to: cursor, options: options.slice(0, mostShown) };
}
