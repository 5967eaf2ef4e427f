import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { DatasetVersion, FolderEntry } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import styles from '../data.module.css';

/** A folder of a version in an order. */
export interface FolderPlace {
  readonly version: Pick<DatasetVersion, 'datasetName' | 'version'>;
  readonly folder: string;
  readonly sort: 'name' | 'size' | 'files';
  readonly descending: boolean;
}

const pageEntries = 200;

/** The page of a folder that holds an entry. The files of a version never change: what was read stays right. */
export function folderPageOptions({ version, folder, sort, descending }: FolderPlace, at: number) {
  return orpc.datasets.folder.queryOptions({
    input: {
      dataset: version.datasetName,
      version: version.version,
      folder,
      sort,
      descending,
      offset: Math.floor(at / pageEntries) * pageEntries,
      limit: pageEntries,
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Of a page that `folderPageOptions` names. */
export const entryIn = (entries: readonly FolderEntry[] | undefined, at: number): FolderEntry | undefined =>
  entries?.[at % pageEntries];

interface EntryCellProps {
  readonly place: FolderPlace;
  readonly at: number;
  readonly children: (entry: FolderEntry) => ReactNode;
}

/** A cell of an entry, whose page is read when it comes into view. */
export function EntryCell({ place, at, children }: EntryCellProps) {
  const page = useQuery(folderPageOptions(place, at));
  const entry = entryIn(page.data?.entries, at);
  return entry ? children(entry) : <span className={styles.waitingCell}>…</span>;
}
