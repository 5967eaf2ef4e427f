import type { Column } from '../../../app/contract/datasets.contract.ts';
import { identifier } from '../duckdb-session.ts';

/** Names of columns that only say which row it is: `id`, `patient_id`, `rowIndex` … */
const ID_NAME =
  /(^|[\s_.-])(id|uuid|guid|index|idx|key|row|rowid|row_number|no|nr)$|[a-z](Id|ID|Uuid|Index|Key)$|^(id|uuid|guid|index|idx|rowid)$/i;

export function looksLikeId({ name, type }: Column): boolean {
  return (type === 'integer' || type === 'text') && ID_NAME.test(name);
}

/**
 * What a row or a part of it holds, as one text that differs whenever a value differs: `length:text,` for each cell, `~,` where it is missing.
 * Minus zero is zero, and NaN is missing. It is part of the documented algorithm of splits: do not change it.
 */
export function contentText(columns: readonly Column[]): string {
  if (columns.length === 0) return "''";
  return `concat(${columns.map(cellText).join(', ')})`;
}

/** MD5 of a text as a number of 128 bits: what rows and groups are named and ordered by. */
export function named(textSql: string): string {
  return `md5_number(${textSql})`;
}

/** Hash of what a row holds where what hardly differs is equal: texts without regard to capitals and blanks, numbers to three digits. */
export function roughHash(columns: readonly Column[]): string {
  const rough = columns.map((column) => {
    const sql = identifier(column.name);
    if (column.type === 'text') return `lower(trim(regexp_replace(${sql}, '\\s+', ' ', 'g')))`;
    return column.type === 'number' ? `printf('%.2e', ${plainNumber(column)})` : sql;
  });
  return `hash(${rough.join(', ')})`;
}

/** Hash of what a row holds; of two different rows it is the same once in 2⁶⁴ times. */
export function contentHash(columns: readonly Column[]): string {
  return `hash(${columns.map((column) => (column.type === 'number' ? plainNumber(column) : identifier(column.name))).join(', ')})`;
}

/** SQL of a number that is equal for equal cells: minus zero is zero, and NaN is missing. */
export function plainNumber({ name }: Pick<Column, 'name'>): string {
  const sql = identifier(name);
  return `CASE WHEN isnan(${sql}) THEN NULL ELSE ${sql} + 0.0 END`;
}

function cellText(column: Column): string {
  return framed(
    `CAST(${column.type === 'number' ? plainNumber(column) : identifier(column.name)} AS VARCHAR)`,
  );
}

function framed(textSql: string): string {
  return `coalesce(length(${textSql}) || ':' || ${textSql}, '~'), ','`;
}
