import { columnTypeOf, sqlTypes } from './column-types.ts';
import { identifier, rowsOf } from './duckdb-session.ts';
import { asMalformed, type PlanOptions, pathsOf, type TablePlan } from './loading.ts';
import { malformed } from './malformed.ts';
import { checkNames } from './table-names.ts';
import type { TextSource } from './text-chunks.ts';

const UNKNOWN = { columns: 0, longestRecordBytes: 0 };

/** See that Parquet files have the same columns, and say how to load them as the five types; nested values as JSON. */
export async function planParquet(sources: readonly TextSource[], { ask }: PlanOptions): Promise<TablePlan> {
  let first: { columns: string[]; types: string[] } | undefined;
  for (const source of sources) {
    const question = `DESCRIBE SELECT * FROM read_parquet(${pathsOf([source])})`;
    const described = await ask(UNKNOWN, (connection) => rowsOf(connection, question)).catch(
      (error: unknown) => {
        throw asMalformed(error, [source]);
      },
    );
    const columns = described.map((row) => String(row[0]));
    const types = described.map((row) => String(row[1]));
    checkNames(columns, source.name);
    first ??= { columns, types };
    const differs = first.columns.findIndex(
      (column, index) => column !== columns[index] || first!.types[index] !== types[index],
    );
    if (differs >= 0 || first.columns.length !== columns.length) {
      const at = differs >= 0 ? differs : first.columns.length;
      throw malformed(
        source.name,
        null,
        `column ${at + 1} is "${columns[at] ?? 'missing'}" (${types[at] ?? 'none'}), unlike in ${sources[0]!.name}`,
        'Files of one table have the same columns; import the others as a data set of their own.',
        'columns-differ',
      );
    }
  }
  const selected = first!.columns.map((column, index) =>
    selectAs(column, first!.types[index]!, sources[0]!.name),
  );
  return {
    select: `SELECT ${selected.join(', ')} FROM read_parquet(${pathsOf(sources)})`,
    columns: selected.length,
    longestRecordBytes: 0,
    rows: null,
    guess: 'nothing',
  };
}

function selectAs(column: string, type: string, name: string): string {
  const wanted = columnTypeOf(type);
  const quoted = identifier(column);
  if (wanted === null) {
    throw malformed(
      name,
      null,
      `the column "${column}" holds ${type}, which a table cannot show or train on`,
      'Leave the column out, or write it as text or numbers.',
    );
  }
  const nested = wanted === 'text' && /[[({]/.test(type) && !type.startsWith('ENUM');
  return nested
    ? `CAST(to_json(${quoted}) AS VARCHAR) AS ${quoted}`
    : `CAST(${quoted} AS ${sqlTypes[wanted]}) AS ${quoted}`;
}
