// biome-ignore-all lint/a11y/useSemanticElements: a head of the virtual table, which is no table element
import type { Column, ColumnProfile } from '../../../app/contract/datasets.contract.ts';
import { counted, formatNumber } from '../../components/format.ts';
import { ColumnBars } from './column-bars.tsx';
import styles from './preview-table.module.css';

interface ColumnHeadProps {
  readonly column: Column;
  readonly index: number;
  /** Null until it is read. */
  readonly profile: ColumnProfile | null;
  readonly leftPx: number;
  readonly widthPx: number;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

/** A column's name, type and shape at a glance; choosing it shows more. */
export function ColumnHead({ column, index, profile, leftPx, widthPx, chosen, onChoose }: ColumnHeadProps) {
  return (
    <span
      role="columnheader"
      tabIndex={-1}
      aria-colindex={index + 2}
      className={styles.columnHead}
      data-chosen={chosen || undefined}
      style={{ left: leftPx, width: widthPx }}
    >
      <button type="button" aria-pressed={chosen} onClick={onChoose} title={column.name}>
        <b>{column.name}</b>
        <small>{column.type}</small>
        {profile ? <ColumnBars profile={profile} width={widthPx - 16} height={36} accent={chosen} /> : null}
        {profile ? (
          <small className={styles.ends}>
            {profile.numeric ? (
              <>
                <span>{formatNumber(profile.numeric.min)}</span>
                <span>{formatNumber(profile.numeric.max)}</span>
              </>
            ) : (
              counted(profile.distinct, 'value')
            )}
          </small>
        ) : null}
      </button>
    </span>
  );
}
