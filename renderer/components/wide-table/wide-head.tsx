// biome-ignore-all lint/a11y/useSemanticElements: a virtual table cannot be a table element, because most of its cells are not there
import { IconArrowDown, IconArrowUp, IconPinFilled } from '@tabler/icons-react';
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { keptWidth } from './column-layout.ts';
import { pressOnHead } from './head-keys.ts';
import type { ColumnActions, WideColumn, WideSort } from './wide-column.ts';
import styles from './wide-table.module.css';

interface HeadCellProps<Row> {
  readonly column: WideColumn<Row>;
  readonly columnIndex: number;
  /** Distance from the left edge; null for a pinned column, which stands where it is put. */
  readonly leftPx: number | null;
  readonly sort: WideSort;
  readonly actions: ColumnActions;
  /** The head that Tab reaches; arrows go on from there. */
  readonly reached: boolean;
  readonly onReach: (columnIndex: number) => void;
  /** A key was pressed that may move the column or what has the focus. */
  readonly onKey: () => void;
}

/** The head of a column: sorts, is dragged to another place, and has an edge to drag for its width. */
export function HeadCell<Row>(props: HeadCellProps<Row>) {
  const { column, columnIndex, leftPx, sort, actions, reached, onReach, onKey } = props;
  const { id, title, kind, widthPx, align, sortable, pinned } = column;
  const [over, setOver] = useState(false);
  const sorted = sort.by === id ? (sort.descending ? 'descending' : 'ascending') : undefined;
  const Arrow = sorted === 'ascending' ? IconArrowUp : IconArrowDown;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    const done = pressOnHead(event, column, actions);
    const target = { ArrowLeft: columnIndex - 1, ArrowRight: columnIndex + 1 }[event.key];
    if (!done && target !== undefined) onReach(target);
    else if (!done) return;
    onKey();
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <span
      role="columnheader"
      tabIndex={-1}
      aria-sort={sorted}
      aria-colindex={columnIndex + 1}
      data-align={align}
      data-over={over || undefined}
      className={styles.headCell}
      style={
        leftPx === null ? { width: widthPx } : { width: widthPx, left: leftPx, top: 0, position: 'absolute' }
      }
      draggable
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('application/x-lathe-column', id);
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('application/x-lathe-column')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        actions.move(event.dataTransfer.getData('application/x-lathe-column'), id);
      }}
    >
      <button
        type="button"
        tabIndex={reached ? 0 : -1}
        data-head={columnIndex}
        title={`${kind ? `${kind}.` : ''}${title}`}
        onFocus={() => onReach(columnIndex)}
        onClick={() => sortable && actions.sort(id)}
        onKeyDown={onKeyDown}
      >
        {kind ? <small>{kind}</small> : null}
        <span>{title}</span>
        {sorted ? <Arrow size={12} stroke={1.8} aria-hidden /> : null}
        {pinned && columnIndex > 0 ? <IconPinFilled size={10} aria-hidden /> : null}
      </button>
      <ResizeEdge title={title} widthPx={widthPx} onResize={(next) => actions.resize(id, next)} />
    </span>
  );
}

interface ResizeEdgeProps {
  readonly title: string;
  readonly widthPx: number;
  readonly onResize: (widthPx: number) => void;
}

/** The edge between two heads. While it is dragged a line shows where it would stand. */
function ResizeEdge({ title, widthPx, onResize }: ResizeEdgeProps) {
  const from = useRef<{ readonly x: number } | null>(null);
  const [byPx, setBy] = useState<number | null>(null);
  const next = (event: PointerEvent) => keptWidth(widthPx + event.clientX - (from.current?.x ?? 0));
  return (
    <span
      role="separator"
      tabIndex={-1}
      aria-orientation="vertical"
      aria-label={`Width of ${title}`}
      aria-valuenow={widthPx}
      className={styles.edge}
      data-moving={byPx !== null || undefined}
      style={byPx === null ? undefined : { transform: `translateX(${byPx}px)` }}
      draggable
      onDragStart={(event) => {
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX };
      }}
      onPointerMove={(event) => {
        if (from.current) setBy(next(event) - widthPx);
      }}
      onPointerUp={(event) => {
        if (!from.current) return;
        const width = next(event);
        from.current = null;
        setBy(null);
        if (width !== widthPx) onResize(width);
      }}
      onPointerCancel={() => {
        from.current = null;
        setBy(null);
      }}
    />
  );
}
