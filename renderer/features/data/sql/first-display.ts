import type { ResultDisplay, SqlResult } from '../../../../app/contract/data-sql.contract.ts';

/** More rows than these are looked at as a table first. */
const mostDrawnAtOnce = 2000;

/** How a result shows before somebody chose: as what suits it, and of one column, because others may be of another size altogether. */
export function firstDisplay(result: SqlResult | null): ResultDisplay {
  if (!result || result.totalRows > mostDrawnAtOnce) return { kind: 'table', x: null, y: [] };
  return { ...result.suggested, y: result.suggested.y.slice(0, 1) };
}
