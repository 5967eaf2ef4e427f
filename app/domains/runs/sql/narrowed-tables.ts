import type { StoredTable } from '../../../kernel/ports/query-engine.ts';
import type { Narrowing, Wanted } from './narrow-query.ts';
import { COUNTED, type RunTable, type RunView, runTexts, runViews } from './tables.ts';

/** The texts that may be compared, of each view. */
export const comparable: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  runViews.map(({ name, tables }) => {
    const own = name === 'runs' ? Object.keys(runTexts) : ['run_id'];
    return [name, new Set([...own, ...tables.flatMap(({ texts }) => Object.keys(texts))])];
  }),
);

/** Condition of SQLite for a run `r` and a row `x`, with the parameters that it names. */
export interface Condition {
  readonly sql: string;
  readonly parameters: Record<string, string>;
}

/** The tables of views, each with the rows that any place of the query can use. */
export function storedTables(
  views: readonly RunView[],
  narrowing: Narrowing | null,
  project: string,
): StoredTable[] {
  const tables = new Map(views.flatMap((view) => view.tables.map((table) => [table.name, table] as const)));
  return [...tables.values()].map((table) => {
    const users = views.filter((view) => view.tables.includes(table)).map(({ name }) => name);
    const { sql, parameters } = conditionOf(users, table.texts, narrowing);
    return {
      name: table.name,
      columns: table.columns,
      select: table.select(`${COUNTED} AND ${sql}`),
      parameters: { project, ...parameters },
    };
  });
}

/** @param texts those of the row, beside those of its run */
export function conditionOf(
  views: readonly string[],
  texts: RunTable['texts'],
  narrowing: Narrowing | null,
): Condition {
  const everything = { sql: 'TRUE', parameters: {} };
  const says = { ...runTexts, ...texts };
  const places = views.flatMap((view) => narrowing?.get(view) ?? [[]]);
  const parameters: Record<string, string> = {};
  const alternatives: string[] = [];
  for (const place of places) {
    const parts = place.flatMap((wanted) => conditionFor(wanted, says, parameters));
    if (parts.length === 0) return everything;
    alternatives.push(`(${parts.join(' AND ')})`);
  }
  return { sql: `(${alternatives.join(' OR ')})`, parameters };
}

function conditionFor(
  { column, values }: Wanted,
  says: Readonly<Record<string, string>>,
  parameters: Record<string, string>,
): string[] {
  if (!Object.hasOwn(says, column)) return [];
  const name = `wanted${Object.keys(parameters).length}`;
  parameters[name] = JSON.stringify(values);
  return [`${says[column]} IN (SELECT value FROM json_each(@${name}))`];
}
