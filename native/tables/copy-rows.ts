import type { DuckDBConnection, DuckDBMapValue } from '@duckdb/node-api';
import type { Column } from '../../app/contract/datasets.contract.ts';
import { columnTypeOf } from './column-types.ts';
import { identifier, rowsOf, text } from './duckdb-session.ts';
import { parquetOptions } from './parquet-options.ts';

/** A column of a Parquet file, with what was noted while it was written. */
export interface WrittenColumn extends Column {
  readonly missing: number;
  readonly hasNan: boolean;
  readonly hasInfinity: boolean;
}

export interface WrittenRows {
  readonly rows: number;
  readonly columns: readonly WrittenColumn[];
}

/**
 * Write what a query gives as a Parquet file. Rows go through a group at a time: however long the result is, only that
 * much of it is in memory.
 *
 * @param select with columns of the five types
 */
export async function copyRows(
  connection: DuckDBConnection,
  select: string,
  destinationPath: string,
): Promise<WrittenRows> {
  const described = await rowsOf(connection, `DESCRIBE ${select}`);
  const columns = described.map(
    ([name, type]): Column => ({ name: String(name), type: columnTypeOf(String(type))! }),
  );
  const result = await connection.runAndReadAll(
    `COPY (${select}) TO ${text(destinationPath)} ${parquetOptions(columns.length, { statistics: true })}`,
  );
  const written = result.getRowObjects()[0]!;
  const noted = notesOf(written.column_statistics as DuckDBMapValue);
  return {
    rows: Number(written.count),
    columns: columns.map((column) => {
      const notes = noted.get(identifier(column.name));
      const ends = [notes?.get('min'), notes?.get('max')];
      return {
        ...column,
        missing: Number(notes?.get('null_count') ?? 0),
        hasNan: notes?.get('has_nan') === 'true',
        hasInfinity: column.type === 'number' && ends.some((end) => end === 'inf' || end === '-inf'),
      };
    }),
  };
}

/** By quoted name of the column. */
function notesOf(statistics: DuckDBMapValue): Map<string, ReadonlyMap<string, string>> {
  return new Map(
    statistics.entries.map(({ key, value }) => [
      String(key),
      new Map(
        (value as DuckDBMapValue).entries.map((note) => [String(note.key), String(note.value)] as const),
      ),
    ]),
  );
}
