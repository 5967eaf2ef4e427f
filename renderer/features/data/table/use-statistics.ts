import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ColumnStatistics } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import type { Job } from '../../../../app/contract/jobs.contract.ts';
import { orpc } from '../../../client/orpc.ts';

/** Columns whose statistics are read in one call. */
const pageColumns = 200;

interface Statistics {
  readonly byName: ReadonlyMap<string, ColumnStatistics>;
  /** What works them out, if they are not known yet. */
  readonly job: Job | null;
  readonly error: unknown;
  /** To be called when the job has ended. */
  readonly readAgain: () => void;
}

/** Statistics of the columns at these places of a version; they are worked out once for each content and kept. */
export function useStatistics(version: DatasetVersion, places: readonly number[]): Statistics {
  const queries = useQueryClient();
  const pages = [
    ...new Set(places.filter((place) => place >= 0).map((place) => Math.floor(place / pageColumns))),
  ];
  const answers = useQueries({
    queries: pages.map((page) =>
      orpc.dataTables.profile.queryOptions({
        input: {
          dataset: version.datasetName,
          version: version.version,
          columnOffset: page * pageColumns,
          columnLimit: pageColumns,
        },
      }),
    ),
  });
  const columns = answers.flatMap(({ data }) => (data?.state === 'ready' ? [data.result.columns] : []));
  // biome-ignore lint/correctness/useExhaustiveDependencies: answers are made anew at every draw, their columns are not
  const byName = useMemo(
    () => new Map(columns.flat().map((column) => [column.name, column])),
    [columns.length, columns[0], columns.at(-1)],
  );
  const working = answers.find(({ data }) => data?.state === 'working')?.data;
  return {
    byName,
    job: working?.state === 'working' ? working.job : null,
    error: answers.find(({ error }) => error)?.error ?? null,
    readAgain: () => void queries.invalidateQueries({ queryKey: orpc.dataTables.profile.key() }),
  };
}
