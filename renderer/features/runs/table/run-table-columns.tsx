import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import { Badge } from '../../../components/badge.tsx';
import { formatCount, formatMetric } from '../../../components/format.ts';
import { RunSwatch } from '../../../components/run-swatch.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import type { WideColumn } from '../../../components/wide-table/wide-column.ts';
import { metricOf } from '../metrics.ts';
import { Difference } from '../run-cells.tsx';
import { naturalWidth } from './default-columns.ts';
import { fieldOf, fieldValue, halfInWords, isNumeric, type RunField, valueInWords } from './run-fields.ts';
import { type GroupCell, groupCell, type RunGroup, type TableRow } from './run-groups.ts';
import { SparkCell } from './run-sparks.tsx';
import styles from './run-table.module.css';
import type { PlacedColumn } from './table-view.ts';

/** The metric that the runs are judged by, and its best value among those that are shown. */
export interface Judge {
  readonly metric: string | null;
  readonly best: number | null;
}

/** The columns of the table as they are placed; groups need room for intervals. */
export function tableColumns(
  placed: readonly PlacedColumn[],
  judge: Judge,
  grouped: boolean,
): WideColumn<TableRow>[] {
  return placed.map(({ id, widthPx, pinned }) => {
    const field = fieldOf(id);
    const isMain = field.kind === 'metrics' && field.key === judge.metric;
    return {
      id,
      title: field.title,
      ...(field.kind === 'tags' && { kind: 'tag' }),
      widthPx: widthPx ?? naturalWidth(field, isMain || grouped),
      pinned,
      align: isNumeric(field) ? 'right' : 'left',
      mono: field.kind === 'metrics' || field.kind === 'params',
      sortable: field.orderBy !== null,
      render: (row) =>
        row.kind === 'group' ? groupContent(row.group, row.open, field) : runContent(row, field, judge),
    };
  });
}

function runContent(row: Extract<TableRow, { kind: 'run' }>, field: RunField, judge: Judge) {
  const { run } = row;
  if (field.id === 'name') return <RunName run={run} inGroup={row.inGroup} />;
  if (field.kind === 'curve') return <SparkCell run={run} metric={field.key} />;
  if (field.kind === 'metrics' && field.key === judge.metric) {
    return <MainMetric run={run} metric={judge.metric} best={judge.best} />;
  }
  const value = fieldValue(run, field);
  if (value === null) return <span className={styles.missing}>–</span>;
  return <span className={styles.text}>{valueInWords(value, field)}</span>;
}

function RunName({ run, inGroup }: { readonly run: Run; readonly inGroup: boolean }) {
  return (
    <span className={styles.name} data-in-group={inGroup || undefined}>
      <StateMark state={run.status} fraction={run.progress.fraction} />
      <RunSwatch color={run.color} />
      <span title={run.name}>{run.name}</span>
      {run.preflight ? <Badge>trial</Badge> : null}
    </span>
  );
}

interface MainMetricProps {
  readonly run: Run;
  readonly metric: string;
  readonly best: number | null;
}

/** A metric with its difference to the best; a failed run shows its reason in place of it, a queued one what it waits for. */
function MainMetric({ run, metric, best }: MainMetricProps) {
  const value = metricOf(run, metric);
  if (value === null && run.failure) {
    return (
      <span className={styles.reason} title={`${run.failure.message} ${run.failure.data.nextStep}`}>
        {run.failure.message}
      </span>
    );
  }
  if (value === null && run.waitingFor) {
    return (
      <span className={styles.waits} title={`Waits for ${run.waitingFor}`}>
        waits for {run.waitingFor}
      </span>
    );
  }
  return (
    <>
      {value === null ? <span className={styles.missing}>–</span> : formatMetric(value)}
      {best === null ? null : (
        <span className={styles.difference}>
          {value === null ? null : value === best ? (
            'best'
          ) : (
            <Difference value={value - best} metric={metric} />
          )}
        </span>
      )}
    </>
  );
}

const cells = new WeakMap<RunGroup, Map<string, GroupCell>>();

/** A group's cell, worked out once: the rows are drawn again at every mark. */
function cellOf(group: RunGroup, field: RunField): GroupCell {
  const known = cells.get(group) ?? new Map<string, GroupCell>();
  cells.set(group, known);
  const cell = known.get(field.id) ?? groupCell(group.runs, field);
  known.set(field.id, cell);
  return cell;
}

function groupContent(group: RunGroup, open: boolean, field: RunField) {
  if (field.id === 'name') {
    const Chevron = open ? IconChevronDown : IconChevronRight;
    return (
      <span className={styles.group}>
        <Chevron size={14} stroke={1.6} aria-hidden />
        <b title={group.title}>{group.title}</b>
        <small>{formatCount(group.runs.length)}</small>
        <span className="sr-only">{open ? 'open' : 'closed'}</span>
      </span>
    );
  }
  if (field.kind === 'curve') return null;
  const cell = cellOf(group, field);
  if (cell.kind === 'several')
    return <span className={styles.missing}>{formatCount(cell.count)} values</span>;
  if (cell.kind === 'same') {
    return cell.value === null ? (
      <span className={styles.missing}>–</span>
    ) : (
      <span className={styles.text}>{valueInWords(cell.value, field)}</span>
    );
  }
  const { mean, half, count } = cell.interval;
  const words = valueInWords(mean, field);
  const about = `mean of ${count}${half === null ? '' : `, 95 % interval ± ${halfInWords(half, mean, field)}`}`;
  return (
    <span className={styles.mean} title={about}>
      {words}
      {half === null ? null : <small>± {halfInWords(half, mean, field)}</small>}
    </span>
  );
}
