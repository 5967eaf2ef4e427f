import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import { Badge } from '../../../components/badge.tsx';
import { formatCount, formatMetric, formatMoment } from '../../../components/format.ts';
import { RunSwatch } from '../../../components/run-swatch.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import type { WideColumn } from '../../../components/wide-table/wide-column.ts';
import { metricOf } from '../metrics.ts';
import { Difference } from '../run-cells.tsx';
import { naturalWidth } from './default-columns.ts';
import { fieldOf, fieldValue, halfInWords, isNumeric, type RunField, valueInWords } from './run-fields.ts';
import { groupCell, type RunGroup, sharedInWords, type TableRow } from './run-groups.ts';
import { BandCell, SparkCell } from './run-sparks.tsx';
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
  return value === null ? null : valueInWords(value, field);
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

function groupContent(group: RunGroup, open: boolean, field: RunField) {
  if (field.id === 'name') {
    const Chevron = open ? IconChevronDown : IconChevronRight;
    return (
      <span className={styles.group}>
        <Chevron size={14} stroke={1.6} aria-hidden />
        <b title={group.title}>{group.title}</b>
        <small>{formatCount(group.runs)}</small>
        <span className="sr-only">{open ? 'open' : 'closed'}</span>
      </span>
    );
  }
  if (field.kind === 'curve') return <BandCell group={group} metric={field.key} />;
  const cell = groupCell(group, field);
  switch (cell.kind) {
    case 'several':
      return <span className={styles.missing}>{formatCount(cell.count)} values</span>;
    case 'same':
      return cell.value === null ? null : sharedInWords(cell.value, field);
    case 'span':
      return (
        <span className={styles.text} title={`${formatMoment(cell.from)} to ${formatMoment(cell.to)}`}>
          {valueInWords(cell.to, field)}
        </span>
      );
    case 'mean':
      return <Mean {...cell} field={field} />;
  }
}

interface MeanProps {
  readonly mean: number;
  readonly half: number | null;
  readonly count: number;
  readonly field: RunField;
}

function Mean({ mean, half, count, field }: MeanProps) {
  const about = `mean of ${formatCount(count)}${half === null ? '' : `, 95 % interval ± ${halfInWords(half, mean, field)}`}`;
  return (
    <span className={styles.mean} title={about}>
      {valueInWords(mean, field)}
      {half === null ? null : <small>± {halfInWords(half, mean, field)}</small>}
    </span>
  );
}
