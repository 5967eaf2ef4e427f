import { IconCode, IconTableImport } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Dataset } from '../../../app/contract/datasets.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted, formatBytes, formatCount } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { navigate } from '../../shell/router.ts';
import styles from './data.module.css';
import { DropFiles } from './drop-files.tsx';
import { useImportDialog } from './import-dialog.store.ts';
import { ImportsInProgress } from './imports-in-progress.tsx';

const columns: Column<Dataset>[] = [
  { id: 'name', title: 'Dataset', width: 220, render: ({ name }) => <b className={styles.strong}>{name}</b> },
  { id: 'version', title: 'Latest', width: 64, render: ({ latest }) => `v${latest.version}` },
  {
    id: 'rows',
    title: 'Rows',
    width: 100,
    align: 'right',
    mono: true,
    render: ({ latest }) => (latest.rows === null ? '–' : formatCount(latest.rows)),
  },
  {
    id: 'columns',
    title: 'Columns',
    width: 76,
    align: 'right',
    mono: true,
    render: ({ latest }) => (latest.columns.length === 0 ? '–' : formatCount(latest.columns.length)),
  },
  {
    id: 'files',
    title: 'Files',
    width: 76,
    align: 'right',
    mono: true,
    render: ({ latest }) => formatCount(latest.files),
  },
  {
    id: 'size',
    title: 'Size',
    width: 90,
    align: 'right',
    mono: true,
    render: ({ latest }) => formatBytes(latest.sizeBytes),
  },
  {
    id: 'source',
    title: 'From',
    width: 260,
    render: ({ latest }) => (
      <span className={styles.clip} title={latest.source}>
        {latest.source}
      </span>
    ),
  },
  {
    id: 'updated',
    title: 'Changed',
    width: 110,
    align: 'right',
    render: ({ updatedAt }) => <TimeText at={updatedAt} />,
  },
];

/** Every dataset of the project. Files dropped anywhere on the page are imported. */
export function DataPage() {
  const datasets = useQuery(orpc.datasets.list.queryOptions({ input: {} }));
  const open = useImportDialog((dialog) => dialog.open);
  const importButton = (
    <Button
      variant="primary"
      icon={<IconTableImport size={16} stroke={1.5} aria-hidden />}
      onClick={() => open()}
    >
      Import data
    </Button>
  );
  const all = datasets.data ?? [];
  const bytes = all.reduce((sum, { latest }) => sum + latest.sizeBytes, 0);
  return (
    <DropFiles onDrop={(files) => open({ files })}>
      <PageHeader
        title="Data"
        facts={
          datasets.data
            ? all.length === 0
              ? 'none yet'
              : `${counted(all.length, 'dataset')}, ${formatBytes(bytes)} in the latest versions`
            : 'Reading datasets'
        }
        actions={
          all.length === 0 ? null : (
            <>
              <Button
                variant="quiet"
                icon={<IconCode size={16} stroke={1.5} aria-hidden />}
                onClick={() => navigate('/sql')}
              >
                Query
              </Button>
              {importButton}
            </>
          )
        }
      />
      <ImportsInProgress />
      {datasets.error ? <ErrorNotice error={datasets.error} onRetry={() => datasets.refetch()} /> : null}
      {datasets.data?.length === 0 ? (
        <EmptyState
          title="Datasets are what runs train on. Each import is a version that never changes."
          action={importButton}
          steps={[
            'Choose or drop files or a folder, or name a URL, a bucket or a query',
            'Look at its columns, then train on it',
          ]}
          cost="Data is copied into the workspace. What reaches the network says so first."
        />
      ) : (
        <DataTable
          label="Datasets"
          rows={all}
          columns={columns}
          rowId={({ id }) => id}
          onOpen={({ name }) => navigate(`/data/${encodeURIComponent(name)}`)}
        />
      )}
    </DropFiles>
  );
}
