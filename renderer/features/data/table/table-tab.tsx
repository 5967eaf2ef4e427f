import { useEffect, useMemo, useState } from 'react';
import type { RowCondition, RowOrder } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { formatCount } from '../../../components/format.ts';
import { useQueryString } from '../../../shell/router.ts';
import { JobProgress } from '../job-progress.tsx';
import { CellGrid } from './cell-grid.tsx';
import { ColumnChooser } from './column-chooser.tsx';
import { ColumnHead } from './column-head.tsx';
import paneStyles from './column-pane.module.css';
import { ColumnPane } from './column-pane.tsx';
import { Conditions } from './condition-form.tsx';
import {
  readConditions,
  readNames,
  readOrder,
  writeConditions,
  writeNames,
  writeOrder,
} from './row-query.ts';
import styles from './table.module.css';
import { useGridView } from './use-grid-view.ts';
import { useStatistics } from './use-statistics.ts';
import { useTablePages } from './use-table-pages.ts';

const headPx = 104;

/** The rows of a version: any row of any number, some columns, filtered and sorted; and what is known of the chosen column. */
export function TableTab({ version }: { readonly version: DatasetVersion }) {
  const [query, setQuery] = useQueryString();
  const all = version.columns;
  const asked = [query.get('where'), query.get('sort'), query.get('columns')] as const;
  const { where, orderBy, columns } = useMemo(() => {
    const names = new Set(readNames(asked[2]));
    const chosen = all.filter(({ name }) => names.has(name));
    return {
      where: readConditions(asked[0], all),
      orderBy: readOrder(asked[1], all),
      columns: chosen.length === 0 ? all : chosen,
    };
  }, [all, asked[0], asked[1], asked[2]]);
  const filter = (next: readonly RowCondition[]) => setQuery({ where: writeConditions(next), row: null });
  const order = (next: RowOrder | null) => setQuery({ sort: writeOrder(next), row: null });
  const choose = (names: readonly string[] | null) => setQuery({ columns: writeNames(names ?? []) });

  const [matching, setMatching] = useState<number | null>(null);
  const rows = where.length === 0 ? (version.rows ?? 0) : (matching ?? 0);
  const view = useGridView({ columns, rows, headPx });
  const pages = useTablePages(
    version,
    { where, orderBy },
    columns.map(({ name }) => name),
    view,
  );
  useEffect(() => setMatching(pages.matchingRows), [pages.matchingRows]);

  const wantedRow = Number(query.get('row') ?? Number.NaN);
  const ready = view.viewHeight > 0 && rows > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place follows the address, and the address only
  useEffect(() => {
    if (ready && Number.isInteger(wantedRow)) view.scrollToRow(Math.min(rows, wantedRow) - 1);
  }, [wantedRow, ready]);

  const name = query.get('column');
  const chosen = columns.find((one) => one.name === name) ?? columns.at(-1) ?? null;
  const place = chosen ? all.indexOf(chosen) : -1;
  const first = columns[view.inView[0]?.index ?? -1];
  const last = columns[view.inView.at(-1)?.index ?? -1];
  const statistics = useStatistics(version, [
    place,
    first ? all.indexOf(first) : -1,
    last ? all.indexOf(last) : -1,
  ]);
  const known = chosen ? statistics.byName.get(chosen.name) : undefined;
  return (
    <div className={styles.tab}>
      <div className={styles.middle}>
        <div className={styles.tools} role="toolbar" aria-label="Rows and columns">
          <ColumnChooser
            columns={all}
            chosen={columns === all ? null : columns.map((one) => one.name)}
            onChoose={choose}
          />
          <Conditions columns={all} where={where} usual={chosen?.name ?? null} onChange={filter} />
          <span className={styles.range} role="status">
            rows {formatCount(rows === 0 ? 0 : view.first + 1)}–{formatCount(view.last)} of{' '}
            {formatCount(rows)}
            {where.length === 0 ? '' : ` that fit (${formatCount(version.rows ?? 0)} in all)`}
          </span>
          <GoToRow rows={rows} onGo={(row) => setQuery({ row: String(row) })} />
        </div>
        {pages.error ? <ErrorNotice error={pages.error} /> : null}
        <CellGrid
          label={`Rows of ${version.datasetName} v${version.version}`}
          view={view}
          corner={formatCount(rows)}
          head={(column, index, leftPx, widthPx) =>
            column.type === 'other' ? null : (
              <ColumnHead
                key={column.name}
                column={{ name: column.name, type: column.type }}
                index={index}
                statistics={statistics.byName.get(column.name) ?? null}
                leftPx={leftPx}
                widthPx={widthPx}
                chosen={column.name === chosen?.name}
                sorted={
                  orderBy?.column === column.name
                    ? orderBy.descending
                      ? 'descending'
                      : 'ascending'
                    : undefined
                }
                onChoose={() => setQuery({ column: column.name })}
              />
            )
          }
          value={pages.value}
          rowNumber={pages.rowNumber}
          chosen={chosen?.name ?? null}
          onChoose={(column) => setQuery({ column })}
          empty={
            where.length > 0 && matching === 0
              ? 'No row fits. Remove a condition to see more.'
              : version.rows === 0
                ? 'This version has columns, and no rows.'
                : null
          }
        />
      </div>
      <aside className={paneStyles.pane} aria-label="Column">
        {statistics.job ? (
          <JobProgress key={statistics.job.id} job={statistics.job} onEnd={statistics.readAgain} />
        ) : null}
        {statistics.error ? <ErrorNotice error={statistics.error} /> : null}
        {known ? (
          <ColumnPane
            column={known}
            place={place}
            of={all.length}
            orderBy={orderBy}
            onOrder={order}
            onOnly={(value) =>
              filter([
                ...where.filter(({ column }) => column !== known.name),
                { column: known.name, is: 'equal', value },
              ])
            }
            onHide={
              columns.length > 1
                ? () => choose(columns.flatMap((one) => (one.name === known.name ? [] : [one.name])))
                : null
            }
          />
        ) : null}
      </aside>
    </div>
  );
}

function GoToRow({ rows, onGo }: { readonly rows: number; readonly onGo: (row: number) => void }) {
  const [text, setText] = useState('');
  const row = Number(text.replaceAll(/[,\s]/g, ''));
  const valid = text === '' || (Number.isInteger(row) && row >= 1 && row <= rows);
  return (
    <form
      className={styles.goTo}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid && text !== '') onGo(row);
      }}
    >
      <input
        aria-label="Go to row"
        placeholder="Go to row"
        inputMode="numeric"
        value={text}
        aria-invalid={!valid}
        title={valid ? undefined : `There are rows 1 to ${formatCount(rows)}`}
        onChange={({ target }) => setText(target.value)}
      />
    </form>
  );
}
