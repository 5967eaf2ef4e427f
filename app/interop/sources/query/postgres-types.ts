/** The types of PostgreSQL by their numbers (pg_type.dat), as DuckDB calls them; all others are kept as text. */
const types: Readonly<Record<number, string>> = {
  16: 'BOOLEAN',
  17: 'HEX',
  20: 'BIGINT',
  21: 'SMALLINT',
  23: 'INTEGER',
  26: 'BIGINT',
  700: 'FLOAT',
  701: 'DOUBLE',
  1082: 'DATE',
  1114: 'TIMESTAMP',
  1184: 'TIMESTAMPTZ',
  2950: 'UUID',
};
const NUMERIC = 1700;
const MOST_DIGITS = 38;

/**
 * @param type number of the type
 * @param modifier of a `numeric`: precision and scale, packed; -1 where it has none
 */
export function parquetTypeOf(type: number, modifier: number): string {
  if (type !== NUMERIC) return types[type] ?? 'VARCHAR';
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (modifier - 4) & 0x7ff;
  const known = modifier >= 4 && precision >= 1 && precision <= MOST_DIGITS && scale <= precision;
  return known ? `DECIMAL(${precision},${scale})` : 'DOUBLE';
}
