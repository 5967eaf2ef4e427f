// biome-ignore-all lint/a11y/useSemanticElements: a virtual table cannot be a table element, because most of its rows are not there
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { useRowHeight } from '../shell/appearance.store.ts';
import styles from './data-table.module.css';
import { nextRow, selectionAfter } from './table-keys.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: ReactNode;
  /** Least width in pixels; what is left over is shared in proportion. */
  readonly width: number;
  readonly align?: 'left' | 'right';
  /** Values, ids and numbers in the mono face. */
  readonly mono?: boolean;
  readonly sortable?: boolean;
  readonly render: (row: Row) => ReactNode;
}

export interface Sort {
  /** Id of a column. */
  readonly by: string;
  readonly descending: boolean;
}

interface DataTableProps<Row> {
  /** What the rows are, for screen readers. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowId: (row: Row) => string;
  /** The order that `rows` are in already; the table shows it and asks for another. */
  readonly sort?: Sort;
  readonly onSort?: (sort: Sort) => void;
  /** Ids of the marked rows; with `onSelect` a column of check boxes appears. */
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (ids: ReadonlySet<string>) => void;
  readonly onOpen?: (row: Row) => void;
  /** Rows can be dragged, or moved with Alt and an arrow; `to` is where the row is to stand. */
  readonly onMove?: (row: Row, to: number) => void;
  /** In place of rows. */
  readonly empty?: ReactNode;
}

const checkPx = 38;
const headPx = 26;
const nothing: ReadonlySet<string> = new Set();

/**
 * A table for lists of any length: only the rows in view are in the page. It is one tab stop: arrows, Page Up and
 * Down, Home and End move, Space marks, Shift extends, Enter or a click opens, Ctrl A marks all.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const {
    label,
    rows,
    columns,
    rowId,
    sort,
    onSort,
    selected = nothing,
    onSelect,
    onOpen,
    onMove,
    empty,
  } = props;
  const dragged = useRef<Row | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef(0);
  const [active, setActive] = useState(0);
  const rowHeight = useRowHeight();
  const prefix = useId();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: headPx,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured sizes are stale when the density changes
  useEffect(() => virtual.measure(), [rowHeight]);

  const shares = columns.map(({ width }) => `minmax(${width}px, ${width}fr)`);
  const template = [...(onSelect ? [`${checkPx}px`] : []), ...shares].join(' ');
  const minWidth = columns.reduce((sum, { width }) => sum + width, onSelect ? checkPx : 0);
  const current = Math.min(active, Math.max(0, rows.length - 1));

  const mark = (index: number, range: boolean) => {
    onSelect?.(selectionAfter(rows.map(rowId), selected, { index, anchor: anchor.current, range }));
    if (!range) anchor.current = index;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2;
    const target = nextRow(event.key, current, rows.length, Math.max(1, page));
    const row = rows[current];
    if (event.altKey && onMove) {
      const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
      const to = current + by;
      if (by === 0 || row === undefined || to < 0 || to >= rows.length) return;
      setActive(to);
      onMove(row, to);
    } else if (target !== null) {
      setActive(target);
      virtual.scrollToIndex(target, { align: 'auto' });
      if (event.shiftKey) mark(target, true);
      else anchor.current = target;
    } else if (event.key === ' ' && onSelect) mark(current, event.shiftKey);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && onSelect) {
      onSelect(new Set(rows.map(rowId)));
    } else if (event.key === 'Enter' && row !== undefined) onOpen?.(row);
    else return;
    event.preventDefault();
  };

  const onRowClick = (event: MouseEvent, index: number, row: Row) => {
    setActive(index);
    if (event.target instanceof Element && event.target.closest('a, button, input')) return;
    if (onSelect && (event.shiftKey || event.ctrlKey || event.metaKey)) mark(index, event.shiftKey);
    else onOpen?.(row);
  };

  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-multiselectable={onSelect ? true : undefined}
      aria-activedescendant={rows.length > 0 ? `${prefix}-${current}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div
        className={styles.head}
        role="row"
        tabIndex={-1}
        style={{ gridTemplateColumns: template, minWidth }}
      >
        {onSelect ? <MarkAll rows={rows} rowId={rowId} selected={selected} onSelect={onSelect} /> : null}
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} />
        ))}
      </div>
      {rows.length === 0 && empty ? <p className={styles.empty}>{empty}</p> : null}
      <div style={{ height: virtual.getTotalSize(), minWidth, position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const id = rowId(row);
          const marked = selected.has(id);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys of its rows
            <div
              key={id}
              id={`${prefix}-${index}`}
              role="row"
              tabIndex={-1}
              aria-rowindex={index + 2}
              aria-selected={onSelect ? marked : undefined}
              data-active={index === current || undefined}
              data-over={index === over || undefined}
              draggable={onMove !== undefined}
              onDragStart={(event) => {
                dragged.current = row;
                event.dataTransfer.effectAllowed = 'move';
                event.dataTransfer.setData('text/plain', id);
              }}
              onDragOver={(event) => {
                if (dragged.current === null) return;
                event.preventDefault();
                setOver(index);
              }}
              onDragEnd={() => {
                dragged.current = null;
                setOver(null);
              }}
              onDrop={(event) => {
                event.preventDefault();
                if (dragged.current !== null && dragged.current !== row) onMove?.(dragged.current, index);
              }}
              className={styles.row}
              style={{
                gridTemplateColumns: template,
                height: rowHeight,
                transform: `translateY(${start}px)`,
              }}
              onClick={(event) => onRowClick(event, index, row)}
            >
              {onSelect ? (
                <span role="gridcell" tabIndex={-1}>
                  <input
                    type="checkbox"
                    tabIndex={-1}
                    aria-label={`Mark row ${index + 1}`}
                    checked={marked}
                    onChange={() => mark(index, false)}
                  />
                </span>
              ) : null}
              {columns.map((column) => (
                <span
                  key={column.id}
                  role="gridcell"
                  tabIndex={-1}
                  data-align={column.align}
                  data-mono={column.mono || undefined}
                >
                  {column.render(row)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface HeadCellProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: ((sort: Sort) => void) | undefined;
}

function HeadCell<Row>({ column, sort, onSort }: HeadCellProps<Row>) {
  const sorted = sort?.by === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined;
  const Arrow = sorted === 'ascending' ? IconArrowUp : IconArrowDown;
  return (
    <span role="columnheader" tabIndex={-1} aria-sort={sorted} data-align={column.align}>
      {column.sortable && onSort ? (
        <button type="button" onClick={() => onSort({ by: column.id, descending: sorted !== 'descending' })}>
          {column.title}
          {sorted ? <Arrow size={12} stroke={1.8} aria-hidden /> : null}
        </button>
      ) : (
        column.title
      )}
    </span>
  );
}

type MarkAllProps<Row> = Required<Pick<DataTableProps<Row>, 'rows' | 'rowId' | 'selected' | 'onSelect'>>;

function MarkAll<Row>({ rows, rowId, selected, onSelect }: MarkAllProps<Row>) {
  const all =
    rows.length > 0 && selected.size >= rows.length && rows.every((row) => selected.has(rowId(row)));
  return (
    <span role="columnheader" tabIndex={-1}>
      <input
        type="checkbox"
        aria-label="Mark all rows"
        checked={all}
        onChange={() => onSelect(all ? nothing : new Set(rows.map(rowId)))}
        ref={(input) => {
          if (input) input.indeterminate = !all && selected.size > 0;
        }}
      />
    </span>
  );
}
