import { IconPlayerPlay, IconTableImport, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DatasetVersion } from '../../../app/contract/datasets.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted, formatBytes, shortDigest } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { navigate, useQueryString } from '../../shell/router.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import { ColumnPane } from './column-pane.tsx';
import styles from './data.module.css';
import { DropFiles } from './drop-files.tsx';
import { FileTable } from './file-table.tsx';
import { useImportDialog } from './import-dialog.store.ts';
import { ImportsInProgress } from './imports-in-progress.tsx';
import { PreviewTable } from './preview-table.tsx';
import { VersionList } from './version-list.tsx';

/** One dataset: its versions, the rows or files of the chosen one, and what is known of each column. */
export function DatasetPage({ name }: { readonly name: string }) {
  const [query] = useQueryString();
  const versions = useQuery(orpc.datasets.versions.queryOptions({ input: { dataset: name } }));
  const wanted = Number((query.get('version') ?? '').replace(/^v/, ''));
  const version = versions.data?.find((one) => one.version === wanted) ?? versions.data?.[0];
  const open = useImportDialog((dialog) => dialog.open);
  if (versions.error) {
    return (
      <>
        <PageHeader title={name} />
        <ErrorNotice error={versions.error} onRetry={() => versions.refetch()} />
      </>
    );
  }
  if (!versions.data || !version) return <PageHeader title={name} facts="Reading versions" />;
  return (
    <DropFiles onDrop={(files) => open({ name, files })}>
      <DatasetHead version={version} />
      <ImportsInProgress />
      <DatasetView version={version} versions={versions.data} />
    </DropFiles>
  );
}

function DatasetHead({ version }: { readonly version: DatasetVersion }) {
  const queries = useQueryClient();
  const name = version.datasetName;
  const remove = useMutation({
    mutationFn: () => client.datasets.delete({ dataset: version.datasetId }),
    onSuccess: async ({ id, freesBytes }) => {
      navigate('/data');
      await queries.invalidateQueries({ queryKey: orpc.datasets.key() });
      notify.undo(`Deleted ${name}; frees ${formatBytes(freesBytes)}`, async () => {
        await client.datasets.restore({ id }).catch(notify.error);
        await queries.invalidateQueries({ queryKey: orpc.datasets.key() });
      });
    },
  });
  const facts = [
    version.rows === null ? null : counted(version.rows, 'row'),
    version.columns.length === 0 ? null : counted(version.columns.length, 'column'),
    version.rows === null || version.files > 1 ? counted(version.files, 'file') : null,
    formatBytes(version.sizeBytes),
  ];
  return (
    <>
      <PageHeader
        title={name}
        identity={
          <span className={styles.identity}>
            v{version.version}
            <code>{shortDigest(version.digest)}</code>
            <CopyButton value={version.digest} label="Copy the digest" />
          </span>
        }
        facts={facts.filter(Boolean).join(', ')}
        actions={
          <>
            <Button
              variant="quiet"
              icon={<IconTrash size={16} stroke={1.5} aria-hidden />}
              disabled={remove.isPending}
              onClick={() => remove.mutate()}
            >
              Delete
            </Button>
            <Button
              icon={<IconTableImport size={16} stroke={1.5} aria-hidden />}
              onClick={() => useImportDialog.getState().open({ name })}
            >
              New version
            </Button>
            {version.rows === null ? null : (
              <Button
                variant="primary"
                icon={<IconPlayerPlay size={16} stroke={1.5} aria-hidden />}
                onClick={() => useTrainDialog.getState().open({ dataset: name, version: version.version })}
              >
                Train on v{version.version}
              </Button>
            )}
          </>
        }
      />
      {remove.error ? <ErrorNotice error={remove.error} /> : null}
    </>
  );
}

interface DatasetViewProps {
  readonly version: DatasetVersion;
  readonly versions: readonly DatasetVersion[];
}

function DatasetView({ version, versions }: DatasetViewProps) {
  const [query, setQuery] = useQueryString();
  const isTable = version.rows !== null;
  const showFiles = !isTable || query.get('show') === 'files';
  const profile = useQuery({
    ...orpc.datasets.profile.queryOptions({
      input: { dataset: version.datasetName, version: version.version },
    }),
    enabled: isTable,
  });
  const asked = query.get('column');
  const chosen = (version.columns.find(({ name }) => name === asked) ?? version.columns.at(-1))?.name ?? null;
  const column = profile.data?.find(({ name }) => name === chosen) ?? null;
  return (
    <div className={styles.dataset} data-files={showFiles || undefined}>
      <VersionList
        versions={versions}
        shown={version}
        onShow={(next) => setQuery({ version: next === versions[0] ? null : String(next.version) })}
      />
      <div className={styles.middle}>
        {isTable ? (
          <div className={styles.tools} role="toolbar" aria-label="What to show">
            <Button
              size="small"
              variant={showFiles ? 'quiet' : 'secondary'}
              aria-pressed={!showFiles}
              onClick={() => setQuery({ show: null })}
            >
              Rows
            </Button>
            <Button
              size="small"
              variant={showFiles ? 'secondary' : 'quiet'}
              aria-pressed={showFiles}
              onClick={() => setQuery({ show: 'files' })}
            >
              Files
            </Button>
          </div>
        ) : null}
        {showFiles ? (
          <FileTable version={version} />
        ) : (
          <PreviewTable
            key={version.id}
            version={version}
            profiles={profile.data ?? []}
            column={chosen}
            onColumn={(next) => setQuery({ column: next })}
          />
        )}
      </div>
      {showFiles ? null : (
        <aside className={styles.columnSide} aria-label="Column">
          {profile.error ? <ErrorNotice error={profile.error} /> : null}
          {column ? (
            <ColumnPane
              column={column}
              place={version.columns.findIndex((one) => one.name === column.name)}
              of={version.columns.length}
            />
          ) : null}
        </aside>
      )}
    </div>
  );
}
