import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { RowCondition, RowOrder } from '../../app/contract/data-tables.contract.ts';
import type { Column } from '../../app/contract/datasets.contract.ts';
import type { Cell } from '../../app/contract/wire.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import { sqlTypes } from './column-types.ts';
import { identifier, type Session } from './duckdb-session.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { columnsNamed, type TableSource } from './looking/table-source.ts';

/** Choices whose row numbers are kept: 8 bytes a row, spilled where memory is short. */
const KEPT_CHOICES = 3;

/** Which rows of a table, and in which order. */
export interface RowChoice {
  readonly where: readonly RowCondition[];
  readonly orderBy: RowOrder | null;
}

/** A table in DuckDB's memory: `place` counts from 0, `number` is the row's. */
export interface ChosenRows {
  readonly table: string;
  readonly rows: number;
}

/**
 * The row numbers of filtered and sorted tables. A choice is worked out once, with a connection of its own so that plain pages do not wait
 * for it, and scrolling then reads a few numbers of it.
 */
export class RowChoices {
  readonly #session: Session;
  readonly #kept = new Map<string, Promise<ChosenRows>>();
  #made = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** @throws AppError INVALID_INPUT for a column that is not there, or a value that does not fit it */
  async of(
    parquetPath: string,
    table: TableSource,
    choice: RowChoice,
    signal: AbortSignal,
  ): Promise<ChosenRows> {
    const key = JSON.stringify([parquetPath, choice]);
    const known = this.#kept.get(key);
    if (known) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return await known;
    }
    const made = this.#make(table, choice, signal);
    this.#kept.set(key, made);
    made.catch(() => this.#kept.delete(key));
    const chosen = await made;
    await this.#forgetOldest();
    return chosen;
  }

  async #make(table: TableSource, choice: RowChoice, signal: AbortSignal): Promise<ChosenRows> {
    const { sql, parameters } = conditions(table.columns, choice.where);
    const order = orderOf(table.columns, choice.orderBy);
    const name = `choice_${++this.#made}`;
    const connection = await this.#session.connect();
    const interrupting = interruptOnAbort(connection, signal);
    try {
      const ordered = `ORDER BY ${[...order, table.row].join(', ')}`;
      await connection.run(
        `CREATE TABLE ${name} AS SELECT ${table.row} AS number FROM ${table.from} ${sql} ${ordered}`,
        parameters,
      );
      const [[rows]] = (await connection.runAndReadAll(`SELECT count(*) FROM ${name}`)).getRows() as [
        [bigint],
      ];
      return { table: name, rows: Number(rows) };
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      interrupting[Symbol.dispose]();
      connection.closeSync();
    }
  }

  async #forgetOldest(): Promise<void> {
    for (const [key, made] of this.#kept) {
      if (this.#kept.size <= KEPT_CHOICES) return;
      this.#kept.delete(key);
      const { table } = await made;
      await this.#session.connection.run(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}

/** Numbers of the rows of a choice at [from, to), in its order. */
export async function numbersOf(
  connection: DuckDBConnection,
  { table }: ChosenRows,
  from: number,
  to: number,
): Promise<number[]> {
  const result = await connection.runAndReadAll(
    `SELECT number FROM ${table} WHERE rowid >= ${from} AND rowid < ${to} ORDER BY rowid`,
  );
  return result.getRows().map(([number]) => Number(number));
}

function orderOf(columns: readonly Column[], orderBy: RowOrder | null): string[] {
  if (!orderBy) return [];
  const [{ name }] = columnsNamed(columns, [orderBy.column]) as [Column];
  return [`${identifier(name)} ${orderBy.descending ? 'DESC' : 'ASC'} NULLS LAST`];
}

const comparisons = {
  equal: '=',
  'not equal': 'IS DISTINCT FROM',
  less: '<',
  'at most': '<=',
  more: '>',
  'at least': '>=',
} as const;

/** Values are bound, never written into the text. */
function conditions(
  columns: readonly Column[],
  where: readonly RowCondition[],
): { readonly sql: string; readonly parameters: DuckDBValue[] } {
  const parameters: DuckDBValue[] = [];
  const parts = where.map(({ column, is, value }) => {
    const [{ name, type }] = columnsNamed(columns, [column]) as [Column];
    const sql = identifier(name);
    if (is === 'missing') return `${sql} IS NULL`;
    if (is === 'present') return `${sql} IS NOT NULL`;
    if (is === 'contains') {
      parameters.push(String(value ?? ''));
      return `contains(lower(CAST(${sql} AS VARCHAR)), lower($${parameters.length}::VARCHAR))`;
    }
    parameters.push(fitting(name, type, value));
    return `${sql} ${comparisons[is]} CAST($${parameters.length}::VARCHAR AS ${sqlTypes[type]})`;
  });
  return { sql: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, parameters };
}

/** The value as a text that DuckDB can read as the column's type. */
function fitting(name: string, type: Column['type'], value: Cell): string {
  const text = String(value ?? '').trim();
  const fits =
    type === 'text'
      ? value !== null
      : type === 'boolean'
        ? /^(true|false)$/i.test(text)
        : type === 'time'
          ? !Number.isNaN(Date.parse(text))
          : text !== '' && Number.isFinite(Number(text));
  if (fits) return type === 'text' ? String(value) : type === 'time' ? text.replace(/Z$/, '') : text;
  throw new AppError('INVALID_INPUT', `"${text}" cannot be compared with the column "${name}" (${type}).`, {
    nextStep: 'Give a value of the column’s type; a time is written as 2026-01-31T12:00:00.',
    details: { column: name, value: text },
  });
}
