/** A data set as a query may name it. */
export interface Nameable {
  readonly id: string;
  readonly name: string;
}

/** A table that a query could mean: the words that stand there, and what they name. */
export interface NamedTable {
  /** As it stands in the query, without quotes. */
  readonly name: string;
  readonly dataset: string;
  /** What follows `@`: a version's number, an alias, `latest` … */
  readonly version: string | undefined;
}

/** A quoted name with doubled quotes inside, or a word. */
const NAME = /"((?:[^"]|"")+)"|[\p{L}_][\p{L}\p{N}_$]*/gu;

/**
 * Every data set whose name stands in a query, with or without a version (`digits`, `"digits@v2"`, `"my data"`), by name or id. A word that
 * means something else, a column for example, costs no more than a table that is not read. Capitals count only
 * where two data sets differ in nothing else.
 */
export function namedTables(query: string, datasets: readonly Nameable[]): NamedTable[] {
  const exact = new Map(datasets.flatMap(({ id, name }) => [[id, name] as const, [name, name] as const]));
  const folded = new Map(datasets.map(({ name }) => [name.toLowerCase(), name]));
  const found = new Map<string, NamedTable>();
  for (const [word, quoted] of query.matchAll(NAME)) {
    const name = quoted?.replaceAll('""', '"') ?? word;
    const at = name.lastIndexOf('@');
    const stem = at < 0 ? name : name.slice(0, at);
    const dataset = exact.get(stem) ?? folded.get(stem.toLowerCase());
    if (dataset === undefined || (at >= 0 && at === name.length - 1)) continue;
    // SQL takes names that differ in capitals for one.
    const key = name.toLowerCase();
    const known = found.get(key);
    if (!known || (known.dataset !== known.name && dataset === name)) {
      found.set(key, { name, dataset, version: at < 0 ? undefined : name.slice(at + 1) });
    }
  }
  return [...found.values()];
}
