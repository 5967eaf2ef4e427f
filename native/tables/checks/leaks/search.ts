import { type DataSplitSpec, type Leak, partsOfSplit } from '../../../../app/contract/data-splits.ts';
import type { Column } from '../../../../app/contract/datasets.contract.ts';
import { identifier } from '../../duckdb-session.ts';
import type { KeyedRows } from '../keyed-rows/keyed-rows.ts';
import { ask, shown, type TableView } from '../table-view.ts';
import type { Pair } from './crossings.ts';

const SHOWN_CELLS = 12;

/** A split whose leaks are looked for. */
export interface Search {
  readonly table: TableView;
  readonly spec: DataSplitSpec;
  /** Place of each row's part. */
  readonly assignment: Uint8Array;
  /** Whether it is known that no equal rows are in different parts. */
  readonly equalRowsTogether: boolean;
  /** Columns of which it is known that they have another value in every row. */
  readonly rowIds: readonly string[];
  /** Rows by what they hold, where they were brought together already. */
  readonly equalRows: KeyedRows | null;
}

/** Columns by which rows are compared. */
export function comparedColumns({ table, spec }: Search): Column[] {
  const ignored = new Set(spec.ignore ?? []);
  return table.columns.filter(({ name }) => !ignored.has(name));
}

/** Pairs of rows as people see them, with what the first one has in these columns. */
export async function examplesOf(
  { table, spec, assignment }: Search,
  pairs: readonly Pair[],
  columns: readonly Column[],
): Promise<Leak['examples']> {
  const names = partsOfSplit(spec).map(({ name }) => name);
  const listed = columns.slice(0, SHOWN_CELLS);
  const selected = listed.map(({ name }) => `t.${identifier(name)}`);
  const cells = new Map(
    (
      await ask(
        table.connection,
        `SELECT ${[`t.${table.rowColumn}`, ...selected].join(', ')} FROM ${table.numbered} t
         WHERE t.${table.rowColumn} IN (${pairs.map(([one]) => one).join(', ')})`,
      )
    ).map(([row, ...values]) => [Number(row), values]),
  );
  const placeOf = (row: number) => ({ row, part: names[assignment[row]!]! });
  return pairs.map(([one, other]) => ({
    one: placeOf(one),
    other: placeOf(other),
    cells: Object.fromEntries(listed.map(({ name }, index) => [name, shown(cells.get(one)![index]!)])),
  }));
}
