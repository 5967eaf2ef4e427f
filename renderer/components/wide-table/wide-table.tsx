// biome-ignore-all lint/a11y/useSemanticElements: a virtual table cannot be a table element, because most of its cells are not there
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useRowHeight } from '../../shell/appearance.store.ts';
import { nextRow } from '../table-keys.ts';
import { splitColumns } from './column-layout.ts';
import type { ColumnActions, WideColumn, WideSort } from './wide-column.ts';
import { HeadCell } from './wide-head.tsx';
import { type Mark, type ShownColumn, WideRow } from './wide-row.tsx';
import styles from './wide-table.module.css';

interface WideTableProps<Row> {
  /** What the rows are, for screen readers. */
  readonly label: string;
  readonly count: number;
  /** Undefined for a row that is still to be read. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly columns: readonly WideColumn<Row>[];
  readonly actions: ColumnActions;
  readonly sort: WideSort;
  readonly markOf: (row: Row) => Mark;
  /** Whether all rows are marked. */
  readonly allMarked: Mark;
  /** Marks the row, or unmarks it; with `from`, marks all from that row on. */
  readonly onMark: (index: number, from: number | null) => void;
  readonly onMarkAll: (marked: boolean) => void;
  readonly onOpen: (row: Row) => void;
  /** Arrows to the side on a row that can be opened and closed; false where the row cannot. */
  readonly onUnfold?: (row: Row, open: boolean) => boolean;
  readonly onCopy?: () => void;
  /** Which rows are in view, the end exclusive. */
  readonly onView?: (from: number, to: number) => void;
  /** What the rows are: when it changes, the table begins at its first row again. */
  readonly rowsOf: string;
  /** Rows that stand for several others. */
  readonly isStrong?: (row: Row) => boolean;
  /** In place of rows. */
  readonly empty?: ReactNode;
}

const checkPx = 38;
const headPx = 26;
/** Room after the last column, so that its edge can be dragged. */
const endPx = 24;
const overscanRows = 6;
const overscanColumns = 1;
const sideStepPx = 120;
/** Elements for rows are made in steps of this many. */
const poolStep = 16;

/**
 * A table of any number of rows and columns: only the cells in view are in the page, pinned columns stay at the left. The
 * rows are one tab stop: arrows, Page Up and Down, Home and End move, Space marks, Shift extends, Enter or a click opens,
 * Ctrl A marks all, Ctrl C copies. The heads are another: arrows move between them (see `pressOnHead` for the rest).
 */
export function WideTable<Row>(props: WideTableProps<Row>) {
  const { label, count, rowAt, columns, actions, sort, markOf, onMark, onOpen, onView, empty } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef(0);
  const [active, setActive] = useState(0);
  const [head, setHead] = useState<{ readonly id: string; readonly index: number } | null>(null);
  const headKeyed = useRef(false);
  const rowHeight = useRowHeight();
  const prefix = useId();
  const { pinned, free, pinnedPx, totalPx } = useMemo(() => splitColumns(columns), [columns]);
  const leftPx = checkPx + pinnedPx;

  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: overscanRows,
    scrollPaddingStart: headPx,
    scrollMargin: 0,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: free.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => free[index]?.widthPx ?? 0,
    paddingStart: leftPx,
    scrollPaddingStart: leftPx,
    overscan: overscanColumns,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured sizes are stale when the density changes
  useLayoutEffect(() => rows.measure(), [rowHeight]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured sizes are stale when the columns change
  useLayoutEffect(() => across.measure(), [free, leftPx]);

  const rowItems = rows.getVirtualItems();
  const columnItems = across.getVirtualItems();
  const firstColumn = columnItems[0]?.index ?? 0;
  const lastColumn = columnItems.at(-1)?.index ?? -1;
  const shownPinned = useMemo(
    () => pinned.map((column, index): ShownColumn<Row> => ({ column, columnIndex: index, leftPx: 0 })),
    [pinned],
  );
  const shownFree = useMemo(() => {
    let left = leftPx + free.slice(0, firstColumn).reduce((sum, { widthPx }) => sum + widthPx, 0);
    return free.slice(firstColumn, lastColumn + 1).map((column, index): ShownColumn<Row> => {
      const shown = { column, columnIndex: pinned.length + firstColumn + index, leftPx: left };
      left += column.widthPx;
      return shown;
    });
  }, [free, pinned, firstColumn, lastColumn, leftPx]);

  const pool = useRef(0);
  pool.current = Math.max(pool.current, Math.ceil(rowItems.length / poolStep) * poolStep);
  // A row that leaves the view gives its element to one that enters, and no element changes its place among the others:
  // making or moving one costs more than all that is written into it.
  const slotOf = (index: number) => index % pool.current;
  const bySlot = rowItems.toSorted((a, b) => slotOf(a.index) - slotOf(b.index));

  const from = rowItems[0]?.index ?? 0;
  const to = (rowItems.at(-1)?.index ?? -1) + 1;
  useEffect(() => {
    onView?.(from, to);
  }, [from, to, onView]);

  const current = Math.min(active, Math.max(0, count - 1));
  const shownOf = useRef(props.rowsOf);
  useEffect(() => {
    if (shownOf.current === props.rowsOf) return;
    shownOf.current = props.rowsOf;
    anchor.current = 0;
    setActive(0);
    scroller.current?.scrollTo({ top: 0 });
  }, [props.rowsOf]);

  const order = useMemo(() => [...pinned, ...free], [pinned, free]);
  // A column keeps the focus wherever it is moved; one that is hidden leaves it to what takes its place.
  const found = order.findIndex(({ id }) => id === head?.id);
  const reachedHead = found >= 0 ? found : Math.min(head?.index ?? 0, order.length - 1);
  const reach = (index: number) => {
    const kept = Math.min(order.length - 1, Math.max(0, index));
    setHead({ id: order[kept]?.id ?? '', index: kept });
    if (kept >= pinned.length) across.scrollToIndex(kept - pinned.length, { align: 'auto' });
  };
  useEffect(() => {
    if (!headKeyed.current) return;
    const wanted = scroller.current?.querySelector<HTMLElement>(`[data-head="${reachedHead}"]`);
    // A head out of view comes with the next drawing, once the table has scrolled to it.
    if (!wanted) return;
    headKeyed.current = false;
    wanted.focus({ preventScroll: true });
  });
  const onHeadKey = () => {
    headKeyed.current = true;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const target = nextRow(event.key, current, count, page);
    const row = rowAt(current);
    const withCtrl = event.ctrlKey || event.metaKey;
    const side = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : null;
    if (target !== null) {
      setActive(target);
      rows.scrollToIndex(target, { align: 'auto' });
      if (event.shiftKey) onMark(target, anchor.current);
      else anchor.current = target;
    } else if (side !== null) {
      const unfolded = row !== undefined && props.onUnfold?.(row, side === 1);
      if (!unfolded) scroller.current?.scrollBy({ left: side * sideStepPx });
    } else if (event.key === ' ') markOne(current, event.shiftKey);
    else if (event.key === 'a' && withCtrl) props.onMarkAll(true);
    else if (event.key === 'c' && withCtrl && props.onCopy) props.onCopy();
    else if (event.key === 'Enter' && row !== undefined) onOpen(row);
    else return;
    event.preventDefault();
  };

  const markOne = (index: number, range: boolean) => {
    onMark(index, range ? anchor.current : null);
    if (!range) anchor.current = index;
  };

  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element)) return;
    const line = event.target.closest<HTMLElement>('[data-index]');
    const index = Number(line?.dataset.index ?? Number.NaN);
    const row = Number.isNaN(index) ? undefined : rowAt(index);
    if (row === undefined) return;
    setActive(index);
    if (event.target.closest('a, button')) return;
    if (event.target instanceof HTMLInputElement || event.shiftKey || event.ctrlKey || event.metaKey) {
      markOne(index, event.shiftKey);
    } else onOpen(row);
  };

  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length}
      aria-multiselectable
      aria-activedescendant={count > 0 ? `${prefix}-${current}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className={styles.head} role="row" tabIndex={-1} style={{ width: checkPx + totalPx + endPx }}>
        <div className={styles.pinned} role="presentation">
          <span role="columnheader" tabIndex={-1} className={styles.check} style={{ width: checkPx }}>
            <input
              type="checkbox"
              aria-label="Mark all rows"
              checked={props.allMarked === true}
              onChange={() => props.onMarkAll(props.allMarked !== true)}
              ref={(input) => {
                if (input) input.indeterminate = props.allMarked === 'some';
              }}
            />
          </span>
          {shownPinned.map(({ column, columnIndex }) => (
            <HeadCell
              key={column.id}
              {...{ column, columnIndex, sort, actions }}
              leftPx={null}
              reached={columnIndex === reachedHead}
              onReach={reach}
              onKey={onHeadKey}
            />
          ))}
        </div>
        {shownFree.map(({ column, columnIndex, leftPx: left }) => (
          <HeadCell
            key={column.id}
            {...{ column, columnIndex, sort, actions }}
            leftPx={left}
            reached={columnIndex === reachedHead}
            onReach={reach}
            onKey={onHeadKey}
          />
        ))}
      </div>
      {count === 0 && empty ? <p className={styles.empty}>{empty}</p> : null}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys of its rows */}
      <div
        style={{ height: rows.getTotalSize(), width: checkPx + totalPx + endPx, position: 'relative' }}
        role="rowgroup"
        aria-owns={rowItems.map(({ index }) => `${prefix}-${index}`).join(' ')}
        onClick={onClick}
      >
        {bySlot.map(({ index, start }) => {
          const row = rowAt(index);
          return (
            <WideRow
              key={slotOf(index)}
              id={`${prefix}-${index}`}
              index={index}
              row={row}
              topPx={start}
              heightPx={rowHeight}
              pinned={shownPinned}
              free={shownFree}
              checkPx={checkPx}
              mark={row === undefined ? false : markOf(row)}
              active={index === current}
              strong={row !== undefined && (props.isStrong?.(row) ?? false)}
            />
          );
        })}
      </div>
    </div>
  );
}
