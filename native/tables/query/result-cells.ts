import { DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import { type Cell, toWireNumber } from '../../../app/contract/wire.ts';
import { toCell } from '../cells.ts';

/** As `toCell`, but NaN and the infinities stay what they are: metrics have them. */
export function toResultCell(value: DuckDBValue): Cell {
  if (typeof value === 'number') return toWireNumber(value);
  if (value instanceof DuckDBTimestampValue && !value.isFinite) return String(value);
  return toCell(value);
}
