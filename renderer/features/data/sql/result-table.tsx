// biome-ignore-all lint/a11y/useSemanticElements: a head of the virtual table, which is no table element
import { useQueries } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { SqlResult } from '../../../../app/contract/data-sql.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { formatCount } from '../../../components/format.ts';
import { CellGrid } from '../table/cell-grid.tsx';
import gridStyles from '../table/preview-table.module.css';
import { useGridView } from '../table/use-grid-view.ts';

const pageRows = 200;

/** A result as a table of any length; pages beyond the first are read as they come into view. */
export function ResultTable({ result }: { readonly result: SqlResult }) {
  const [column, setColumn] = useState<string | null>(null);
  // Two columns of a result may have one name: their places tell them apart.
  const columns = useMemo(
    () => result.columns.map(({ name, kind }) => ({ name, type: kind })),
    [result.columns],
  );
  const view = useGridView({ columns, rows: result.totalRows, headPx: 44 });
  const from = Math.floor(view.first / pageRows);
  const to = Math.floor((view.first + Math.max(1, view.shown) - 1) / pageRows);
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const pages = useQueries({
    queries: numbers.map((page) => ({
      ...orpc.dataTables.sql.page.queryOptions({
        input: { result: result.result, offset: page * pageRows, limit: pageRows },
      }),
      enabled: (page + 1) * pageRows > result.rows.length && page * pageRows < result.totalRows,
    })),
  });
  const error = pages.find((page) => page.error)?.error;
  return (
    <>
      {error ? <ErrorNotice error={error} /> : null}
      <CellGrid
        label="Result"
        view={view}
        corner={formatCount(result.totalRows)}
        head={(one, index, leftPx, widthPx) => (
          <span
            key={index}
            role="columnheader"
            tabIndex={-1}
            aria-colindex={index + 2}
            className={gridStyles.columnHead}
            data-plain
            style={{ left: leftPx, width: widthPx }}
            title={one.name}
          >
            <b>{one.name}</b>
            <small>{result.columns[index]?.sqlType.toLowerCase()}</small>
          </span>
        )}
        value={(row, at) =>
          row < result.rows.length
            ? result.rows[row]?.[at]
            : pages[Math.floor(row / pageRows) - from]?.data?.rows[row % pageRows]?.[at]
        }
        rowNumber={(row) => row}
        chosen={column}
        onChoose={setColumn}
        empty="The query gives no rows."
      />
    </>
  );
}
