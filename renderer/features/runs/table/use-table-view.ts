import { useCallback, useMemo } from 'react';
import { useQueryString } from '../../../shell/router.ts';
import { queryFromView, type TableView, viewFromQuery } from './table-view.ts';

/** The view of the table: it is in the address, so that it can be shared and comes back with the page. */
export function useTableView(): readonly [TableView, (change: Partial<TableView>) => void] {
  const [query, setQuery] = useQueryString();
  const view = useMemo(() => viewFromQuery(query), [query]);
  const change = useCallback(
    (part: Partial<TableView>) =>
      setQuery(queryFromView({ ...viewFromQuery(new URLSearchParams(window.location.search)), ...part })),
    [setQuery],
  );
  return [view, change];
}
