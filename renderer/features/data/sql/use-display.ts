import { useMemo } from 'react';
import type { ResultDisplay, SqlResult } from '../../../../app/contract/data-sql.contract.ts';
import { useQueryString } from '../../../shell/router.ts';
import { firstDisplay } from './first-display.ts';

/** How a result is shown, kept in the address once somebody chose. */
export function useDisplay(result: SqlResult | null): [ResultDisplay, (display: ResultDisplay) => void] {
  const [query, setQuery] = useQueryString();
  const display = useMemo((): ResultDisplay => {
    const kind = query.get('show') as ResultDisplay['kind'] | null;
    if (kind === null) return firstDisplay(result);
    return { kind, x: query.get('x'), y: query.getAll('y').flatMap((names) => names.split(',')) };
  }, [query, result]);
  const show = ({ kind, x, y }: ResultDisplay) =>
    setQuery({
      show: kind,
      x: kind === 'table' ? null : x,
      y: kind === 'table' ? null : y.join(',') || null,
    });
  return [display, show];
}
