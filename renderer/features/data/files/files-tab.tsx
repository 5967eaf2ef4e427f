import { IconDownload, IconFile, IconFolder } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted, formatBytes, formatCount, shortDigest } from '../../../components/format.ts';
import { useQueryString } from '../../../shell/router.ts';
import styles from '../data.module.css';
import { fileAddress } from '../images/file-address.ts';
import { type FolderEntry, readFolder } from './folder-listing.ts';

/** The files of a version, a folder at a time. */
export function FilesTab({ version }: { readonly version: DatasetVersion }) {
  const [query, setQuery] = useQueryString();
  const folder = query.get('folder') ?? '';
  const open = (path: string) => setQuery({ folder: path === '' ? null : path });
  const of = { dataset: version.datasetName, version: version.version };
  const listing = useInfiniteQuery({
    queryKey: [...orpc.datasets.files.key({ input: of }), 'folder', folder],
    queryFn: ({ pageParam, signal }) =>
      readFolder(
        (prefix, offset, limit) => client.datasets.files({ ...of, prefix, offset, limit }, { signal }),
        folder,
        pageParam,
      ),
    initialPageParam: 0,
    getNextPageParam: ({ nextOffset }) => nextOffset,
  });
  const entries = useMemo(() => listing.data?.pages.flatMap((page) => page.entries) ?? [], [listing.data]);
  const columns = useMemo(() => columnsFor(version), [version]);
  const parts = folder.split('/').filter(Boolean);
  return (
    <>
      <nav className={styles.crumbs} aria-label="Folder">
        <button type="button" onClick={() => open('')}>
          {version.datasetName} v{version.version}
        </button>
        {parts.map((part, index) => (
          <span key={parts.slice(0, index + 1).join('/')}>
            {' / '}
            <button type="button" onClick={() => open(`${parts.slice(0, index + 1).join('/')}/`)}>
              {part}
            </button>
          </span>
        ))}
        <output>
          {listing.data
            ? `${formatCount(entries.length)}${listing.hasNextPage ? ' and more' : ''} here, ${counted(version.files, 'file')} in all`
            : ''}
        </output>
        {listing.hasNextPage ? (
          <Button size="small" disabled={listing.isFetching} onClick={() => void listing.fetchNextPage()}>
            Read on
          </Button>
        ) : null}
      </nav>
      {listing.error ? <ErrorNotice error={listing.error} onRetry={() => void listing.refetch()} /> : null}
      <DataTable
        key={folder}
        label="Files"
        rows={entries}
        columns={columns}
        rowId={(entry) => (entry.kind === 'file' ? entry.file.path : entry.path)}
        onOpen={(entry) => entry.kind === 'folder' && open(entry.path)}
        empty={listing.data ? 'This folder has no files.' : 'Reading the manifest'}
      />
    </>
  );
}

function columnsFor(version: DatasetVersion): readonly Column<FolderEntry>[] {
  return [
    {
      id: 'name',
      title: 'Name',
      width: 360,
      render: (entry) => (
        <span className={styles.fileName} title={entry.name}>
          {entry.kind === 'folder' ? (
            <IconFolder size={14} stroke={1.6} aria-label="folder" />
          ) : (
            <IconFile size={14} stroke={1.6} aria-hidden />
          )}
          {entry.name}
          {entry.kind === 'file' && entry.file.executable ? <small> executable</small> : null}
        </span>
      ),
    },
    {
      id: 'size',
      title: 'Size',
      width: 110,
      align: 'right',
      mono: true,
      render: (entry) =>
        entry.kind === 'file' ? formatBytes(entry.file.sizeBytes) : counted(entry.files, 'file'),
    },
    {
      id: 'digest',
      title: 'Digest',
      width: 160,
      mono: true,
      render: (entry) =>
        entry.kind === 'file' ? (
          <>
            {shortDigest(entry.file.digest)}{' '}
            <CopyButton value={entry.file.digest} label={`Copy the digest of ${entry.name}`} />
          </>
        ) : null,
    },
    {
      id: 'download',
      title: '',
      width: 44,
      align: 'right',
      render: (entry) =>
        entry.kind === 'file' && window.location.protocol !== 'lathe:' ? (
          <a
            href={fileAddress(version, entry.file.path)}
            download={entry.name}
            title={`Download ${entry.name}`}
            aria-label={`Download ${entry.name}`}
            className={styles.download}
          >
            <IconDownload size={14} stroke={1.6} aria-hidden />
          </a>
        ) : null,
    },
  ];
}
