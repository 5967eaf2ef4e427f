import type { ColumnType } from '../../app/contract/datasets.contract.ts';

/** The five types of a table's columns as its Parquet file has them. */
export const sqlTypes = {
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'VARCHAR',
  time: 'TIMESTAMP',
} as const satisfies Record<ColumnType, string>;

/**
 * Which of the five a DuckDB type becomes, or null for one that has no place in a table (bytes).
 * @param type as DESCRIBE prints it
 */
export function columnTypeOf(type: string): ColumnType | null {
  if (/^(U?(TINYINT|SMALLINT|INTEGER)|BIGINT)$/.test(type)) return 'integer';
  if (/^(UBIGINT|U?HUGEINT|FLOAT|DOUBLE|DECIMAL)/.test(type) && !type.endsWith(']')) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  if (/^(DATE|TIMESTAMP[A-Z_ ]*)$/.test(type)) return 'time';
  return /^(BLOB|BIT|GEOMETRY)$/.test(type) ? null : 'text';
}
