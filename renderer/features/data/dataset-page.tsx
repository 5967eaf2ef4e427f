import { useQuery } from '@tanstack/react-query';
import type { DatasetVersion } from '../../../app/contract/datasets.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SegmentedTabs } from '../../components/segments.tsx';
import { useQueryString } from '../../shell/router.ts';
import { ChecksTab } from './checks/checks-tab.tsx';
import styles from './data.module.css';
import { DatasetHead } from './dataset-head.tsx';
import { type DatasetTab, datasetTabs, tabOf, usualTab } from './dataset-tabs.ts';
import { DiffTab } from './diff/diff-tab.tsx';
import { DropFiles } from './drop-files.tsx';
import { FilesTab } from './files/files-tab.tsx';
import { ImagesTab } from './images/images-tab.tsx';
import { useImportDialog } from './import-dialog.store.ts';
import { ImportsInProgress } from './imports-in-progress.tsx';
import { LineageTab } from './lineage/lineage-tab.tsx';
import { OverviewTab } from './overview/overview-tab.tsx';
import { ProfileTab } from './profile/profile-tab.tsx';
import { SplitsTab } from './splits/splits-tab.tsx';
import { TableTab } from './table/table-tab.tsx';
import { chosenVersion } from './versions/chosen-version.ts';
import { VersionList } from './versions/version-list.tsx';

/** One data set: its versions, and all that is known of the chosen one. */
export function DatasetPage({ name }: { readonly name: string }) {
  const [query] = useQueryString();
  const versions = useQuery(orpc.datasets.versions.queryOptions({ input: { dataset: name } }));
  const open = useImportDialog((dialog) => dialog.open);
  if (versions.error) {
    return (
      <>
        <PageHeader title={name} />
        <ErrorNotice error={versions.error} onRetry={() => versions.refetch()} />
      </>
    );
  }
  const version = versions.data && chosenVersion(versions.data, query.get('version'));
  if (!versions.data || !version) return <PageHeader title={name} facts="Reading versions" />;
  return (
    <DropFiles onDrop={(files) => open({ name, files })}>
      <DatasetHead version={version} versions={versions.data} />
      <ImportsInProgress />
      <DatasetView version={version} versions={versions.data} />
    </DropFiles>
  );
}

interface DatasetViewProps {
  readonly version: DatasetVersion;
  /** Newest first. */
  readonly versions: readonly DatasetVersion[];
}

function DatasetView({ version, versions }: DatasetViewProps) {
  const [query, setQuery] = useQueryString();
  const tab = tabOf(version, query.get('tab'));
  return (
    <div className={styles.dataset}>
      <VersionList
        versions={versions}
        shown={version}
        onShow={(next) =>
          setQuery({ version: next === versions[0] ? null : String(next.version), image: null, row: null })
        }
      />
      <div className={styles.middle}>
        <div className={styles.tabs}>
          <SegmentedTabs
            label="What to show"
            chosen={tab}
            options={datasetTabs(version)}
            onChoose={(next) => setQuery({ tab: next === usualTab(version) ? null : next })}
          />
        </div>
        <TabContent key={version.id} tab={tab} version={version} versions={versions} />
      </div>
    </div>
  );
}

function TabContent({ tab, version, versions }: DatasetViewProps & { readonly tab: DatasetTab }) {
  switch (tab) {
    case 'overview':
      return <OverviewTab version={version} />;
    case 'table':
      return <TableTab version={version} />;
    case 'images':
      return <ImagesTab version={version} />;
    case 'files':
      return <FilesTab version={version} />;
    case 'profile':
      return <ProfileTab version={version} />;
    case 'diff':
      return <DiffTab version={version} versions={versions} />;
    case 'checks':
      return <ChecksTab version={version} />;
    case 'splits':
      return <SplitsTab version={version} />;
    case 'lineage':
      return <LineageTab version={version} />;
  }
}
