import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Cell } from '../../app/contract/wire.ts';

/**
 * A value of DuckDB as a cell on the wire: whole numbers beyond 2^53 become text so that no digit is lost, times
 * become ISO 8601 in UTC, NaN and infinities become null, anything else its text.
 */
export function toCell(value: DuckDBValue): Cell {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBTimestampValue) return isoTime(value.micros);
  return String(value);
}

function isoTime(micros: bigint): string {
  const milliseconds = Number(micros / 1000n);
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(micros) : date.toISOString();
}
