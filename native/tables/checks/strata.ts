import type { Column } from '../../../app/contract/datasets.contract.ts';
import type { Cell } from '../../../app/contract/wire.ts';
import type { MadeSplit } from '../../../app/kernel/ports/data-checks.ts';
import { identifier } from '../duckdb-session.ts';
import { contentText, named, plainNumber } from './row-identity.ts';
import { streamNumbers } from './stream-numbers.ts';
import { ask, shown, type TableView } from './table-view.ts';
import type { Watch } from './watch.ts';

const STRATA = 'strata_of_rows';
const SHOWN_CLASSES = 100;

/** Classes of a column, numbered by the MD5 of their text. */
export interface Strata {
  readonly column: Column;
  /** Rows of each. */
  readonly rows: Uint32Array;
  /** SQL of what a row has in the column of classes. */
  readonly value: string;
  /** SQL that joins `stratum`, the class's number, to a table `t` that has that as `class`. */
  readonly joined: string;
}

export async function numberStrata(table: TableView, column: Column, watch: Watch): Promise<Strata> {
  const sql = identifier(column.name);
  const value = column.type === 'number' ? plainNumber(column) : sql;
  await table.connection.run(
    `CREATE OR REPLACE TEMP TABLE ${STRATA} AS
     SELECT value, label, rows, (row_number() OVER (ORDER BY ${named(contentText([{ name: 'value', type: column.type }]))}) - 1)::UINTEGER AS stratum
     FROM (SELECT ${value} AS value, any_value(${sql}) AS label, count(*)::UINTEGER AS rows FROM data GROUP BY ALL)`,
  );
  const [[strata]] = (await ask(table.connection, `SELECT count(*)::DOUBLE FROM ${STRATA}`)) as [[number]];
  const rows = new Uint32Array(strata);
  const numbers = `SELECT stratum, rows FROM ${STRATA}`;
  await streamNumbers(table, numbers, 2, [watch, 'Classes'], ([stratum, own]) => {
    rows[stratum!] = own!;
  });
  return { column, rows, value, joined: `JOIN ${STRATA} AS s ON s.value IS NOT DISTINCT FROM t.class` };
}

/** Which class each row is of, by its number. */
export interface RowStrata {
  readonly column: Column;
  readonly of: ArrayLike<number>;
}

/** How often each of the largest classes stands in each part. */
export async function countClasses(
  table: TableView,
  { column, of }: RowStrata,
  assignment: Uint8Array,
  parts: number,
): Promise<MadeSplit['classes']> {
  const largest = (await ask(
    table.connection,
    `SELECT stratum, label, count(*) OVER ()::DOUBLE FROM ${STRATA} ORDER BY rows DESC, label LIMIT ${SHOWN_CLASSES}`,
  )) as [number, Cell, number][];
  const strata = largest[0]![2];
  const places = new Int32Array(strata).fill(-1);
  largest.forEach(([stratum], place) => {
    places[stratum] = place;
  });
  const counts = Array.from({ length: parts }, () => largest.map(() => 0));
  for (let row = 0; row < assignment.length; row++) {
    const place = places[of[row]!]!;
    if (place >= 0) counts[assignment[row]!]![place]! += 1;
  }
  return {
    column: column.name,
    labels: largest.map(([, label]) => shown(label)),
    counts,
    more: strata - largest.length,
  };
}
