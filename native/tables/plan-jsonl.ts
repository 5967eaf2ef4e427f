import { text } from './duckdb-session.ts';
import { type JsonKind, joinKinds, scanJsonl } from './jsonl-scan.ts';
import { type PlanOptions, pathsOf, type TablePlan } from './loading.ts';
import { checkNames } from './table-names.ts';
import type { TextSource } from './text-chunks.ts';

const sqlTypeOf: Record<JsonKind, string> = {
  boolean: 'BOOLEAN',
  integer: 'BIGINT',
  number: 'DOUBLE',
  text: 'VARCHAR',
  nested: 'VARCHAR',
  mixed: 'VARCHAR',
};

/** Check JSON lines and say how to load them: a column for every key of any line, nested values as JSON text. */
export async function planJsonl(
  sources: readonly TextSource[],
  { signal, onBytes }: PlanOptions,
): Promise<TablePlan> {
  const kinds = new Map<string, JsonKind | null>();
  let rows = 0;
  let longestLineBytes = 0;
  for (const source of sources) {
    const scan = await scanJsonl(source, { signal, onBytes });
    for (const [key, kind] of scan.kinds) kinds.set(key, joinKinds(kinds.get(key) ?? null, kind));
    rows += scan.rows;
    longestLineBytes = Math.max(longestLineBytes, scan.longestLineBytes);
    checkNames([...kinds.keys()], source.name);
  }
  const named = [...kinds]
    .map(([key, kind]) => `${text(key)}: ${text(sqlTypeOf[kind ?? 'text'])}`)
    .join(', ');
  const objectBytes = Math.max(16_777_216, longestLineBytes * 2);
  return {
    select: `SELECT * FROM read_json(${pathsOf(sources)}, format = 'newline_delimited', auto_detect = false,
      columns = {${named}}, compression = 'uncompressed', maximum_object_size = ${objectBytes})`,
    columns: kinds.size,
    longestRecordBytes: longestLineBytes,
    rows,
    guess: 'times',
  };
}
