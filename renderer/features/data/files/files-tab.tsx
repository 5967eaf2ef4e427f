import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { DataTable, type Sort } from '../../../components/data-table.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useQueryString } from '../../../shell/router.ts';
import { folderColumns } from './folder-columns.tsx';
import { FolderCrumbs } from './folder-crumbs.tsx';
import { entryIn, type FolderPlace, folderPageOptions } from './folder-pages.tsx';

/** The files of a version, a folder at a time. Only what is in view is read, however many files there are. */
export function FilesTab({ version }: { readonly version: DatasetVersion }) {
  const queries = useQueryClient();
  const [query, setQuery] = useQueryString();
  const [sort, setSort] = useState<Sort>({ by: 'name', descending: false });
  const folder = query.get('folder') ?? '';
  const open = (path: string) => setQuery({ folder: path === '' ? null : path });
  const place = useMemo(
    (): FolderPlace => ({
      version,
      folder,
      sort: sort.by as FolderPlace['sort'],
      descending: sort.descending,
    }),
    [version, folder, sort],
  );
  const first = useQuery(folderPageOptions(place, 0));
  const total = first.data?.total ?? 0;
  const rows = useMemo(() => Array.from({ length: total }, (_, at) => at), [total]);
  const columns = useMemo(() => folderColumns(place), [place]);
  const openAt = (at: number) => {
    const entry = entryIn(queries.getQueryData(folderPageOptions(place, at).queryKey)?.entries, at);
    if (entry?.kind === 'folder') open(entry.path);
  };
  return (
    <>
      <FolderCrumbs version={version} folder={folder} page={first.data} onOpen={open} />
      {first.error ? <ErrorNotice error={first.error} onRetry={() => void first.refetch()} /> : null}
      <DataTable
        key={folder}
        label="Files"
        rows={rows}
        columns={columns}
        rowId={String}
        sort={sort}
        onSort={setSort}
        onOpen={openAt}
        empty={first.error ? null : first.data ? 'This version has no files.' : 'Reading the manifest'}
      />
    </>
  );
}
