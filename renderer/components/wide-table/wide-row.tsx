// biome-ignore-all lint/a11y/useSemanticElements: a virtual table cannot be a table element, because most of its cells are not there
import { memo, type ReactNode } from 'react';
import type { WideColumn } from './wide-column.ts';
import styles from './wide-table.module.css';

/** A column in view with the place where it stands. */
export interface ShownColumn<Row> {
  readonly column: WideColumn<Row>;
  readonly columnIndex: number;
  readonly leftPx: number;
}

export type Mark = boolean | 'some';

interface WideRowProps<Row> {
  readonly id: string;
  readonly index: number;
  /** Undefined while it is read. */
  readonly row: Row | undefined;
  readonly topPx: number;
  readonly heightPx: number;
  readonly pinned: readonly ShownColumn<Row>[];
  readonly free: readonly ShownColumn<Row>[];
  readonly checkPx: number;
  readonly mark: Mark;
  readonly active: boolean;
  readonly strong: boolean;
}

/** A line of a wide table. It is drawn again only when it, its marks or the columns in view change. */
export const WideRow = memo(function WideRow<Row>(props: WideRowProps<Row>) {
  const { id, index, row, topPx, heightPx, pinned, free, checkPx, mark, active, strong } = props;
  return (
    <div
      id={id}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={mark === true}
      aria-busy={row === undefined || undefined}
      data-index={index}
      data-active={active || undefined}
      data-strong={strong || undefined}
      className={styles.row}
      style={{ height: heightPx, lineHeight: `${heightPx}px`, transform: `translateY(${topPx}px)` }}
    >
      <div className={styles.pinned} role="presentation">
        <span role="gridcell" tabIndex={-1} className={styles.check} style={{ width: checkPx }}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Mark row ${index + 1}`}
            checked={mark === true}
            readOnly
            ref={(input) => {
              if (input) input.indeterminate = mark === 'some';
            }}
          />
        </span>
        {pinned.map(({ column, columnIndex }) => (
          <Cell key={column.id} column={column} columnIndex={columnIndex} leftPx={null} row={row} />
        ))}
      </div>
      {free.map(({ column, columnIndex, leftPx }) => (
        <Cell key={column.id} column={column} columnIndex={columnIndex} leftPx={leftPx} row={row} />
      ))}
    </div>
  );
}) as <Row>(props: WideRowProps<Row>) => ReactNode;

interface CellProps<Row> {
  readonly column: WideColumn<Row>;
  readonly columnIndex: number;
  /** Null for a pinned column. */
  readonly leftPx: number | null;
  readonly row: Row | undefined;
}

/**
 * One value. Its element stays while the row is read, for another row or for the same one: text that changes costs a tenth
 * of an element that is made.
 */
const Cell = memo(function Cell<Row>({ column, columnIndex, leftPx, row }: CellProps<Row>) {
  const content = row === undefined ? '' : column.render(row);
  return (
    <span
      role="gridcell"
      tabIndex={-1}
      aria-colindex={columnIndex + 1}
      data-align={column.align}
      data-mono={column.mono || undefined}
      data-rich={(content !== null && typeof content === 'object') || undefined}
      data-missing={content === null || undefined}
      data-awaited={(row === undefined && leftPx === null) || undefined}
      className={leftPx === null ? undefined : styles.free}
      style={leftPx === null ? { width: column.widthPx } : { width: column.widthPx, left: leftPx }}
    >
      {content === null ? '–' : content}
    </span>
  );
}) as <Row>(props: CellProps<Row>) => ReactNode;
