import { IconDownload, IconFile, IconFolder } from '@tabler/icons-react';
import type { FolderEntry } from '../../../../app/contract/datasets.contract.ts';
import { CopyButton } from '../../../components/copy-button.tsx';
import type { Column } from '../../../components/data-table.tsx';
import { formatBytes, formatCount, shortDigest } from '../../../components/format.ts';
import styles from '../data.module.css';
import { fileAddress } from '../images/file-address.ts';
import { EntryCell, type FolderPlace } from './folder-pages.tsx';

/** The columns of a folder; rows are places of entries in its order. */
export function folderColumns(place: FolderPlace): readonly Column<number>[] {
  const cell = (render: (entry: FolderEntry) => React.ReactNode) => (at: number) => (
    <EntryCell place={place} at={at}>
      {render}
    </EntryCell>
  );
  return [
    {
      id: 'name',
      title: 'Name',
      width: 360,
      sortable: true,
      render: cell((entry) => <Name entry={entry} />),
    },
    {
      id: 'files',
      title: 'Files below',
      width: 100,
      align: 'right',
      mono: true,
      sortable: true,
      render: cell((entry) => (entry.kind === 'folder' ? formatCount(entry.files) : '')),
    },
    {
      id: 'size',
      title: 'Size',
      width: 100,
      align: 'right',
      mono: true,
      sortable: true,
      render: cell((entry) => formatBytes(entry.kind === 'file' ? entry.file.sizeBytes : entry.sizeBytes)),
    },
    {
      id: 'digest',
      title: 'Digest',
      width: 160,
      mono: true,
      render: cell((entry) =>
        entry.kind === 'file' ? (
          <>
            {shortDigest(entry.file.digest)}{' '}
            <CopyButton value={entry.file.digest} label={`Copy the digest of ${entry.name}`} />
          </>
        ) : null,
      ),
    },
    {
      id: 'download',
      title: '',
      width: 44,
      align: 'right',
      render: cell((entry) => <Download place={place} entry={entry} />),
    },
  ];
}

function Name({ entry }: { readonly entry: FolderEntry }) {
  return (
    <span className={styles.fileName} title={entry.name}>
      {entry.kind === 'folder' ? (
        <IconFolder size={14} stroke={1.6} aria-label="folder" />
      ) : (
        <IconFile size={14} stroke={1.6} aria-hidden />
      )}
      {entry.name}
      {entry.kind === 'file' && entry.file.executable ? <small> executable</small> : null}
    </span>
  );
}

function Download({ place, entry }: { readonly place: FolderPlace; readonly entry: FolderEntry }) {
  // The desktop's window has no address to download from.
  if (entry.kind === 'folder' || window.location.protocol === 'lathe:') return null;
  return (
    <a
      href={fileAddress(place.version, entry.file.path)}
      download={entry.name}
      title={`Download ${entry.name}`}
      aria-label={`Download ${entry.name}`}
      className={styles.download}
    >
      <IconDownload size={14} stroke={1.6} aria-hidden />
    </a>
  );
}
