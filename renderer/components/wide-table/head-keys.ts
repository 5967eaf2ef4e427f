import type { ColumnActions } from './wide-column.ts';

interface HeadKey {
  readonly key: string;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

interface HeadColumn {
  readonly id: string;
  readonly widthPx: number;
  readonly pinned: boolean;
  readonly sortable: boolean;
}

const resizeStepPx = 16;

/**
 * What a key does to the column whose head has the focus: Alt and arrows move it, Shift and arrows make it wider or
 * narrower, P pins, Delete hides, Enter and Space sort. Returns whether the key was one of these.
 */
export function pressOnHead(
  { key, altKey, shiftKey }: HeadKey,
  { id, widthPx, pinned, sortable }: HeadColumn,
  actions: ColumnActions,
): boolean {
  const side = key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : null;
  if (side !== null && altKey) actions.moveBy(id, side);
  else if (side !== null && shiftKey) actions.resize(id, widthPx + side * resizeStepPx);
  else if (key === 'Enter' || key === ' ') {
    if (sortable) actions.sort(id);
  } else if (key.toLowerCase() === 'p' && !altKey) actions.pin(id, !pinned);
  else if (key === 'Delete') actions.hide(id);
  else return false;
  return true;
}
