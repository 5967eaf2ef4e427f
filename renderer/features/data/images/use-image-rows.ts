import { useQueries } from '@tanstack/react-query';
import type { RowCondition } from '../../../../app/contract/data-tables.contract.ts';
import type { Column, DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import type { Cell } from '../../../../app/contract/wire.ts';
import { orpc } from '../../../client/orpc.ts';

const pageRows = 200;
const forgetMs = 60_000;

/** A row that stands for a picture. */
export interface ImageRow {
  readonly rowNumber: number;
  /** Inside the version. */
  readonly path: string;
  readonly label: Cell;
  readonly facts: readonly { readonly column: Column; readonly value: Cell }[];
}

/** Rows with pictures around those in view, by place among the rows that fit. */
export function useImageRows(
  version: DatasetVersion,
  where: readonly RowCondition[],
  first: number,
  shown: number,
): {
  readonly total: number | null;
  readonly error: unknown;
  readonly row: (at: number) => ImageRow | undefined;
} {
  const from = Math.floor(first / pageRows);
  const to = Math.floor((first + Math.max(1, shown) - 1) / pageRows);
  const answers = useQueries({
    queries: Array.from({ length: to - from + 1 }, (_, index) => ({
      ...orpc.dataTables.preview.queryOptions({
        input: {
          dataset: version.datasetName,
          version: version.version,
          offset: (from + index) * pageRows,
          limit: pageRows,
          where: [...where],
        },
      }),
      gcTime: forgetMs,
    })),
  });
  return {
    total: answers.find(({ data }) => data)?.data?.matchingRows ?? null,
    error: answers.find(({ error }) => error)?.error ?? null,
    row: (at) => {
      const page = answers[Math.floor(at / pageRows) - from]?.data;
      const cells = page?.rows[at % pageRows];
      const rowNumber = page?.rowNumbers[at % pageRows];
      if (!page || !cells || rowNumber === undefined) return undefined;
      const facts = page.columns.map((column, index) => ({ column, value: cells[index] ?? null }));
      const named = (name: string | null) => facts.find(({ column }) => column.name === name)?.value ?? null;
      return { rowNumber, path: String(named(version.fileColumn)), label: named(version.labelColumn), facts };
    },
  };
}
