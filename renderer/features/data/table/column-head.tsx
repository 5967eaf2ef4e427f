// biome-ignore-all lint/a11y/useSemanticElements: a head of the virtual table, which is no table element
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { ColumnStatistics } from '../../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../../app/contract/datasets.contract.ts';
import { counted } from '../../../components/format.ts';
import { ColumnBars } from './column-bars.tsx';
import { columnEnds } from './column-facts.ts';
import styles from './preview-table.module.css';

interface ColumnHeadProps {
  readonly column: Column;
  readonly index: number;
  /** Null until it is read. */
  readonly statistics: ColumnStatistics | null;
  readonly leftPx: number;
  readonly widthPx: number;
  readonly chosen: boolean;
  readonly sorted: 'ascending' | 'descending' | undefined;
  readonly onChoose: () => void;
}

/** A column's name, type and shape at a glance; choosing it shows more. */
export function ColumnHead(props: ColumnHeadProps) {
  const { column, index, statistics, leftPx, widthPx, chosen, sorted, onChoose } = props;
  const ends = statistics ? columnEnds(statistics) : null;
  const Arrow = sorted === 'descending' ? IconArrowDown : IconArrowUp;
  return (
    <span
      role="columnheader"
      tabIndex={-1}
      aria-colindex={index + 2}
      aria-sort={sorted}
      className={styles.columnHead}
      data-chosen={chosen || undefined}
      style={{ left: leftPx, width: widthPx }}
    >
      <button type="button" aria-pressed={chosen} onClick={onChoose} title={column.name}>
        <span className={styles.headName}>
          <b>{column.name}</b>
          {sorted ? <Arrow size={12} stroke={1.8} aria-hidden /> : null}
        </span>
        <small>{column.type}</small>
        {statistics ? (
          <ColumnBars column={statistics} width={widthPx - 16} height={36} accent={chosen} />
        ) : null}
        {statistics ? (
          <small className={styles.ends}>
            {ends ? (
              <>
                <span>{ends[0]}</span>
                <span>{ends[1]}</span>
              </>
            ) : (
              counted(statistics.distinct, 'value')
            )}
          </small>
        ) : null}
      </button>
    </span>
  );
}
