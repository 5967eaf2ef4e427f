// biome-ignore-all lint/a11y/useSemanticElements: a virtual table cannot be a table element, because most of its cells are not there
import { useQueries } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import type {
  Column,
  ColumnProfile,
  ColumnType,
  DatasetVersion,
} from '../../../app/contract/datasets.contract.ts';
import type { Cell } from '../../../app/contract/wire.ts';
import { orpc } from '../../client/orpc.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatCount } from '../../components/format.ts';
import { nextRow } from '../../components/table-keys.ts';
import { useRowHeight } from '../../shell/appearance.store.ts';
import { formatCell, isNumeric } from './cells.ts';
import { ColumnHead } from './column-head.tsx';
import styles from './preview-table.module.css';
import { rowAt, useTallScroll } from './tall-scroll.ts';

interface PreviewTableProps {
  readonly version: DatasetVersion;
  readonly profiles: readonly ColumnProfile[];
  /** Name of the column that is looked at. */
  readonly column: string | null;
  readonly onColumn: (name: string) => void;
}

/** Rows read in one call. */
const pageRows = 200;
const headPx = 104;
const numberPx = 76;
const forgetMs = 60_000;

const leastWidth: Readonly<Record<ColumnType, number>> = {
  integer: 84,
  number: 96,
  boolean: 76,
  text: 140,
  time: 150,
};

/** A table of any length and width: rows and columns are read and drawn as they come into view. */
export function PreviewTable({ version, profiles, column, onColumn }: PreviewTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();
  const { columns } = version;
  const rows = version.rows ?? 0;
  const { topPx, viewHeight, viewWidth, height, scrollTo } = useTallScroll({
    scroller,
    rows,
    rowHeight,
    headPx,
  });
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured widths are stale when the columns stretch
  useEffect(() => across.measure(), [stretch]);
  const { read, error } = usePages(version, first, shown);
  const byName = useMemo(() => new Map(profiles.map((profile) => [profile.name, profile])), [profiles]);
  const inView = across.getVirtualItems();

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor(viewHeight / rowHeight) - 1);
    const row = nextRow(event.key, first, rows, page);
    const at = columns.findIndex(({ name }) => name === column);
    const beside = event.key === 'ArrowRight' ? at + 1 : event.key === 'ArrowLeft' ? at - 1 : -1;
    const target = columns[beside];
    if (row !== null) scrollTo(row * rowHeight);
    else if (target) {
      onColumn(target.name);
      across.scrollToIndex(beside, { align: 'auto' });
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <p className={styles.range} role="status">
        rows {formatCount(rows === 0 ? 0 : first + 1)}–
        {formatCount(Math.min(rows, Math.round((topPx + viewHeight) / rowHeight)))} of {formatCount(rows)}
      </p>
      {error ? <ErrorNotice error={error} /> : null}
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label={`Rows of ${version.datasetName} v${version.version}`}
        aria-rowcount={rows + 1}
        aria-colcount={columns.length + 1}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: height + headPx, width: numberPx + across.getTotalSize() }}>
          <div className={styles.window} style={{ height: viewHeight + headPx }}>
            <div className={styles.head} role="row" tabIndex={-1}>
              <span className={styles.corner} role="columnheader" tabIndex={-1}>
                row
                <small>{formatCount(rows)}</small>
              </span>
              {inView.map(({ index, start, size }) => {
                const one = columns[index];
                return one ? (
                  <ColumnHead
                    key={one.name}
                    column={one}
                    index={index}
                    profile={byName.get(one.name) ?? null}
                    leftPx={numberPx + start}
                    widthPx={size}
                    chosen={one.name === column}
                    onChoose={() => onColumn(one.name)}
                  />
                ) : null;
              })}
            </div>
            <div style={{ transform: `translateY(${shiftPx}px)` }}>
              {Array.from({ length: shown }, (_, at) => {
                const row = read(first + at);
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
                    <span className={styles.number} role="rowheader" tabIndex={-1}>
                      {formatCount(first + at + 1)}
                    </span>
                    {inView.map(({ index, start, size }) => (
                      <ValueCell
                        key={index}
                        index={index}
                        value={row?.[index]}
                        type={columns[index]?.type ?? 'text'}
                        leftPx={numberPx + start}
                        widthPx={size}
                        chosen={columns[index]?.name === column}
                      />
                    ))}
                  </div>
                );
              })}
            </div>
          </div>
        </div>
      </div>
    </>
  );
}

interface ValueCellProps {
  readonly index: number;
  /** Undefined while it is read. */
  readonly value: Cell | undefined;
  readonly type: ColumnType;
  readonly leftPx: number;
  readonly widthPx: number;
  readonly chosen: boolean;
}

function ValueCell({ index, value, type, leftPx, widthPx, chosen }: ValueCellProps) {
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
    >
      {value === undefined ? '' : formatCell(value, type)}
    </span>
  );
}

function widthOf({ name, type }: Column): number {
  return Math.min(260, Math.max(leastWidth[type], name.length * 7 + 20));
}

/** How much wider few columns become, so that they fill the view; never more than double. */
function stretchOf(columns: readonly Column[], width: number): number {
  const needed = columns.reduce((sum, column) => sum + widthOf(column), 0);
  return needed === 0 ? 1 : Math.min(2, Math.max(1, width / needed));
}

/** The rows around those in view, by index; pages that are no longer looked at are not read to the end. */
function usePages(version: DatasetVersion, first: number, shown: number) {
  const from = Math.floor(first / pageRows);
  const to = Math.floor(Math.max(first, first + shown - 1) / pageRows);
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const pages = useQueries({
    queries: numbers.map((page) => ({
      ...orpc.datasets.preview.queryOptions({
        input: {
          dataset: version.datasetName,
          version: version.version,
          offset: page * pageRows,
          limit: pageRows,
        },
      }),
      gcTime: forgetMs,
    })),
  });
  return {
    error: pages.find((page) => page.error)?.error ?? null,
    read: (row: number): readonly Cell[] | undefined =>
      pages[Math.floor(row / pageRows) - from]?.data?.rows[row % pageRows],
  };
}
