import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { ColumnType } from '../../../../app/contract/datasets.contract.ts';
import { useRowHeight } from '../../../shell/appearance.store.ts';
import { rowAt, useTallScroll } from './tall-scroll.ts';

/** A column as a table of cells shows it; `other` is a list, a structure or bytes. */
export interface CellColumn {
  readonly name: string;
  readonly type: ColumnType | 'other';
}

/** Width of the column with the rows' numbers. */
export const numberPx = 84;

const leastWidth: Readonly<Record<CellColumn['type'], number>> = {
  integer: 84,
  number: 96,
  boolean: 76,
  text: 140,
  time: 150,
  other: 160,
};

interface GridViewOptions {
  readonly columns: readonly CellColumn[];
  readonly rows: number;
  readonly headPx: number;
}

/** Which rows and columns of a table of cells are in view, for any number of both. */
export function useGridView({ columns, rows, headPx }: GridViewOptions) {
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();
  const tall = useTallScroll({ scroller, rows, rowHeight, headPx });
  const { topPx, viewHeight, viewWidth, height, scrollTo } = tall;
  const { first, shiftPx } = rowAt(topPx, { rowHeight });
  const shown = Math.max(0, Math.min(rows - first, Math.ceil(viewHeight / rowHeight) + 1));
  const stretch = stretchOf(columns, viewWidth - numberPx);
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (columns[index] ? widthOf(columns[index]) * stretch : 0),
    overscan: 4,
    scrollPaddingStart: numberPx,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured widths are stale when the columns change or stretch
  useEffect(() => across.measure(), [stretch, columns]);
  const inView = across.getVirtualItems();
  return {
    scroller,
    rowHeight,
    headPx,
    rows,
    columns,
    first,
    shown,
    shiftPx,
    viewHeight,
    height,
    inView,
    totalWidth: numberPx + across.getTotalSize(),
    /** The last row that is whole in view, counted from 1. */
    last: Math.min(rows, Math.round((topPx + viewHeight) / rowHeight)),
    scrollToRow: (row: number) => scrollTo(row * rowHeight),
    scrollToColumn: (index: number) => across.scrollToIndex(index, { align: 'auto' }),
  };
}

export type GridView = ReturnType<typeof useGridView>;

function widthOf({ name, type }: CellColumn): number {
  return Math.min(260, Math.max(leastWidth[type], name.length * 7 + 20));
}

/** How much wider few columns become, so that they fill the view; never more than double. */
function stretchOf(columns: readonly CellColumn[], width: number): number {
  const needed = columns.reduce((sum, column) => sum + widthOf(column), 0);
  return needed === 0 ? 1 : Math.min(2, Math.max(1, width / needed));
}
