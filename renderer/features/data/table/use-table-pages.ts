import { useQueries } from '@tanstack/react-query';
import type { TablePage } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import type { Cell } from '../../../../app/contract/wire.ts';
import { orpc } from '../../../client/orpc.ts';
import type { RowQuery } from './row-query.ts';

/** Rows and columns read in one call. */
const pageRows = 200;
const pageColumns = 100;
const forgetMs = 60_000;

interface View {
  readonly first: number;
  readonly shown: number;
  readonly inView: readonly { readonly index: number }[];
}

interface TablePages {
  /** Rows that fulfil the conditions; null until the first page is read. */
  readonly matchingRows: number | null;
  readonly error: unknown;
  /** Undefined while it is read. */
  readonly value: (row: number, column: number) => Cell | undefined;
  readonly rowNumber: (row: number) => number | undefined;
}

/** The cells around those in view, by place; pages that are no longer looked at are not read to the end. */
export function useTablePages(
  version: DatasetVersion,
  { where, orderBy }: Pick<RowQuery, 'where' | 'orderBy'>,
  columns: readonly string[],
  view: View,
): TablePages {
  const rowPages = span(view.first, Math.max(1, view.shown), pageRows);
  const places = view.inView.map(({ index }) => index);
  const columnPages = span(places[0] ?? 0, Math.max(1, places.length), pageColumns);
  const wanted = rowPages.flatMap((row) => columnPages.map((column) => ({ row, column })));
  const answers = useQueries({
    queries: wanted.map(({ row, column }) => ({
      ...orpc.dataTables.preview.queryOptions({
        input: {
          dataset: version.datasetName,
          version: version.version,
          offset: row * pageRows,
          limit: pageRows,
          columns: columns.slice(column * pageColumns, (column + 1) * pageColumns),
          where: [...where],
          orderBy,
        },
      }),
      gcTime: forgetMs,
    })),
  });
  const pageAt = (row: number, column: number): TablePage | undefined => {
    const at = wanted.findIndex(
      (page) => page.row === Math.floor(row / pageRows) && page.column === Math.floor(column / pageColumns),
    );
    return answers[at]?.data;
  };
  return {
    matchingRows: answers.find(({ data }) => data)?.data?.matchingRows ?? null,
    error: answers.find(({ error }) => error)?.error ?? null,
    value: (row, column) => pageAt(row, column)?.rows[row % pageRows]?.[column % pageColumns],
    rowNumber: (row) => pageAt(row, places[0] ?? 0)?.rowNumbers[row % pageRows],
  };
}

function span(first: number, count: number, size: number): number[] {
  const from = Math.floor(first / size);
  const to = Math.floor((first + count - 1) / size);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
