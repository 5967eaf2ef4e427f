// biome-ignore-all lint/a11y/useSemanticElements: a virtual table cannot be a table element, because most of its cells are not there
import type { KeyboardEvent, ReactNode } from 'react';
import type { Cell } from '../../../../app/contract/wire.ts';
import { formatCount } from '../../../components/format.ts';
import { nextRow } from '../../../components/table-keys.ts';
import { formatCell, isNumeric } from './cells.ts';
import styles from './preview-table.module.css';
import { type CellColumn, type GridView, numberPx } from './use-grid-view.ts';

interface CellGridProps {
  readonly label: string;
  readonly view: GridView;
  /** The corner's second line. */
  readonly corner: string;
  readonly head: (column: CellColumn, index: number, leftPx: number, widthPx: number) => ReactNode;
  /** Undefined while it is read. */
  readonly value: (row: number, column: number) => Cell | undefined;
  /** Where a row stands in its table, counted from 0; undefined while it is read. */
  readonly rowNumber: (row: number) => number | undefined;
  readonly chosen: string | null;
  readonly onChoose: (column: string) => void;
  readonly empty?: ReactNode;
}

/** Cells of any number of rows and columns: what is in view is drawn, nothing else. */
export function CellGrid(props: CellGridProps) {
  const { label, view, corner, head, value, rowNumber, chosen, onChoose, empty } = props;
  const { columns, rows, rowHeight, headPx, first, shown, viewHeight, inView } = view;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor(viewHeight / rowHeight) - 1);
    const row = nextRow(event.key, first, rows, page);
    const at = columns.findIndex(({ name }) => name === chosen);
    const beside = event.key === 'ArrowRight' ? at + 1 : event.key === 'ArrowLeft' ? at - 1 : -1;
    const target = columns[beside];
    if (row !== null) view.scrollToRow(row);
    else if (target) {
      onChoose(target.name);
      view.scrollToColumn(beside);
    } else return;
    event.preventDefault();
  };

  return (
    <div
      ref={view.scroller}
      className={styles.scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rows + 1}
      aria-colcount={columns.length + 1}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: view.height + headPx, width: view.totalWidth }}>
        <div className={styles.window} style={{ height: viewHeight + headPx }}>
          <div className={styles.head} role="row" tabIndex={-1} style={{ height: headPx }}>
            <span className={styles.corner} role="columnheader" tabIndex={-1} style={{ width: numberPx }}>
              row
              <small>{corner}</small>
            </span>
            {inView.map(({ index, start, size }) =>
              columns[index] ? head(columns[index], index, numberPx + start, size) : null,
            )}
          </div>
          {rows === 0 && empty ? <div className={styles.none}>{empty}</div> : null}
          <div style={{ transform: `translateY(${view.shiftPx}px)` }}>
            {Array.from({ length: shown }, (_, at) => {
              const number = rowNumber(first + at);
              return (
                <div
                  // biome-ignore lint/suspicious/noArrayIndexKey: rows pass through the same few elements as they scroll by
                  key={at}
                  role="row"
                  tabIndex={-1}
                  aria-rowindex={first + at + 2}
                  className={styles.row}
                  style={{ height: rowHeight }}
                >
                  <span className={styles.number} role="rowheader" tabIndex={-1} style={{ width: numberPx }}>
                    {number === undefined ? '' : formatCount(number + 1)}
                  </span>
                  {inView.map(({ index, start, size }) => (
                    <ValueCell
                      key={index}
                      index={index}
                      value={value(first + at, index)}
                      type={columns[index]?.type ?? 'text'}
                      leftPx={numberPx + start}
                      widthPx={size}
                      chosen={columns[index]?.name === chosen}
                    />
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

interface ValueCellProps {
  readonly index: number;
  readonly value: Cell | undefined;
  readonly type: CellColumn['type'];
  readonly leftPx: number;
  readonly widthPx: number;
  readonly chosen: boolean;
}

function ValueCell({ index, value, type, leftPx, widthPx, chosen }: ValueCellProps) {
  const words = value === undefined ? '' : formatCell(value, type);
  return (
    <span
      role="gridcell"
      tabIndex={-1}
      aria-colindex={index + 2}
      className={styles.cell}
      data-numeric={isNumeric(type) || undefined}
      data-missing={value === null || undefined}
      data-chosen={chosen || undefined}
      style={{ left: leftPx, width: widthPx }}
      title={words.length * 7 > widthPx ? words.slice(0, 1000) : undefined}
    >
      {words}
    </span>
  );
}
