/** What the layout needs to know of a column. */
export interface SizedColumn {
  readonly id: string;
  readonly widthPx: number;
  /** Stands at the left and stays there while the others scroll. */
  readonly pinned: boolean;
}

export interface ColumnSplit<Column extends SizedColumn> {
  readonly pinned: readonly Column[];
  readonly free: readonly Column[];
  /** Width of all pinned columns. */
  readonly pinnedPx: number;
  readonly totalPx: number;
}

export const leastColumnPx = 48;
const mostColumnPx = 900;

/** Pinned columns before the others, each part in its order. */
export function splitColumns<Column extends SizedColumn>(columns: readonly Column[]): ColumnSplit<Column> {
  const pinned = columns.filter((column) => column.pinned);
  const free = columns.filter((column) => !column.pinned);
  const width = (part: readonly Column[]) => part.reduce((sum, { widthPx }) => sum + widthPx, 0);
  return { pinned, free, pinnedPx: width(pinned), totalPx: width(columns) };
}

/** A width that can be read and that leaves room for others. */
export function keptWidth(widthPx: number): number {
  return Math.round(Math.min(mostColumnPx, Math.max(leastColumnPx, widthPx)));
}

interface Placed {
  readonly id: string;
  readonly pinned: boolean;
}

/** The columns with one put in the place of another; it is pinned or free as what it is put beside. */
export function movedTo<Column extends Placed>(
  columns: readonly Column[],
  id: string,
  targetId: string,
): readonly Column[] {
  const from = columns.findIndex((column) => column.id === id);
  const to = columns.findIndex((column) => column.id === targetId);
  const [column, target] = [columns[from], columns[to]];
  if (column === undefined || target === undefined || from === to) return columns;
  const next = columns.filter((one) => one !== column);
  next.splice(to, 0, { ...column, pinned: target.pinned });
  return next;
}

/** The columns with one moved a place to the left (-1) or right (1) among those that are pinned as it is. */
export function movedBy<Column extends Placed>(
  columns: readonly Column[],
  id: string,
  by: -1 | 1,
): readonly Column[] {
  const column = columns.find((one) => one.id === id);
  if (!column) return columns;
  const peers = columns.filter(({ pinned }) => pinned === column.pinned);
  const target = peers[peers.indexOf(column) + by];
  return target ? movedTo(columns, id, target.id) : columns;
}
