import { useQuery } from '@tanstack/react-query';
import type { DatasetVersion, VersionFile } from '../../../app/contract/datasets.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes, shortDigest } from '../../components/format.ts';
import styles from './data.module.css';

const columns: Column<VersionFile>[] = [
  {
    id: 'path',
    title: 'Path',
    width: 380,
    render: ({ path }) => (
      <span className={styles.clip} title={path}>
        {path}
      </span>
    ),
  },
  {
    id: 'size',
    title: 'Size',
    width: 100,
    align: 'right',
    mono: true,
    render: ({ sizeBytes }) => formatBytes(sizeBytes),
  },
  {
    id: 'digest',
    title: 'Digest',
    width: 160,
    mono: true,
    render: ({ digest }) => (
      <>
        {shortDigest(digest)} <CopyButton value={digest} label="Copy the digest" />
      </>
    ),
  },
];

/** The files of a version, as its manifest names them. */
export function FileTable({ version }: { readonly version: DatasetVersion }) {
  const detail = useQuery(
    orpc.datasets.version.queryOptions({
      input: { dataset: version.datasetName, version: version.version },
    }),
  );
  if (detail.error) return <ErrorNotice error={detail.error} onRetry={() => detail.refetch()} />;
  return (
    <DataTable
      label="Files"
      rows={detail.data?.manifest ?? []}
      columns={columns}
      rowId={({ path }) => path}
      empty={detail.data ? 'This version has no files.' : 'Reading the manifest'}
    />
  );
}
