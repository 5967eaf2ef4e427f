import { useMemo, useRef } from 'react';
import { keptWidth, movedBy, movedTo } from '../../../components/wide-table/column-layout.ts';
import type { ColumnActions } from '../../../components/wide-table/wide-column.ts';
import type { PlacedColumn, TableView } from './table-view.ts';

/** What is done to heads, written to the view. The object stays the same, so that no row is drawn again for it. */
export function useColumnActions(
  placed: readonly PlacedColumn[],
  view: TableView,
  change: (part: Partial<TableView>) => void,
): ColumnActions {
  const latest = useRef({ placed, view, change });
  latest.current = { placed, view, change };
  return useMemo(() => {
    const put = (columns: readonly PlacedColumn[]) => latest.current.change({ columns });
    const each = (id: string, one: Partial<PlacedColumn>) =>
      put(latest.current.placed.map((column) => (column.id === id ? { ...column, ...one } : column)));
    return {
      sort: (by) => {
        const { sort } = latest.current.view;
        latest.current.change({ sort: { by, descending: !(sort.by === by && sort.descending) } });
      },
      resize: (id, widthPx) => each(id, { widthPx: keptWidth(widthPx) }),
      move: (id, targetId) => put(movedTo(latest.current.placed, id, targetId)),
      moveBy: (id, by) => put(movedBy(latest.current.placed, id, by)),
      pin: (id, pinned) => each(id, { pinned }),
      hide: (id) => {
        if (id !== 'name') put(latest.current.placed.filter((column) => column.id !== id));
      },
    };
  }, []);
}
