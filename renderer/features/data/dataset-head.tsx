import { IconCode, IconDots, IconPlayerPlay, IconTableImport } from '@tabler/icons-react';
import { useState } from 'react';
import type { DatasetVersion } from '../../../app/contract/datasets.contract.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { counted, formatBytes, shortDigest } from '../../components/format.ts';
import { Menu } from '../../components/menu.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { navigate } from '../../shell/router.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import styles from './data.module.css';
import { useImportDialog } from './import-dialog.store.ts';
import { queryAddress, selectAll } from './sql/query-address.ts';
import { CheckoutDialog } from './versions/checkout-dialog.tsx';
import { DeleteDialog } from './versions/delete-dialog.tsx';
import { ExportDialog } from './versions/export-dialog.tsx';
import { VerifyDialog } from './versions/verify-dialog.tsx';

interface DatasetHeadProps {
  readonly version: DatasetVersion;
  readonly versions: readonly DatasetVersion[];
}

type Asked = 'checkout' | 'export' | 'verify' | 'delete-version' | 'delete';

/** The head of a data set's page: which version shows, and what to do with it. */
export function DatasetHead({ version, versions }: DatasetHeadProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const name = version.datasetName;
  const isTable = version.rows !== null;
  const facts = [
    version.rows === null ? null : counted(version.rows, 'row'),
    version.columns.length === 0 ? null : counted(version.columns.length, 'column'),
    version.rows === null || version.files > 1 ? counted(version.files, 'file') : null,
    formatBytes(version.sizeBytes),
  ];
  const item = (id: Asked, label: string) => ({ id, label, run: () => setAsked(id) });
  const close = () => setAsked(null);
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
            {isTable ? (
              <Button
                variant="quiet"
                icon={<IconCode size={16} stroke={1.5} aria-hidden />}
                onClick={() =>
                  navigate(queryAddress(selectAll(name, version.version, versions[0] === version)))
                }
              >
                Query
              </Button>
            ) : null}
            <Menu
              label="More actions"
              className={styles.more}
              groups={[
                [
                  item('checkout', 'Check out into a folder…'),
                  ...(isTable ? [item('export', 'Export the table…')] : []),
                  item('verify', 'Verify…'),
                ],
                [
                  ...(versions.length > 1 ? [item('delete-version', `Delete v${version.version}…`)] : []),
                  item('delete', 'Delete the data set…'),
                ],
              ]}
            >
              <IconDots size={16} stroke={1.5} aria-hidden />
            </Menu>
            <Button
              icon={<IconTableImport size={16} stroke={1.5} aria-hidden />}
              onClick={() => useImportDialog.getState().open({ name })}
            >
              New version
            </Button>
            {isTable ? (
              <Button
                variant="primary"
                icon={<IconPlayerPlay size={16} stroke={1.5} aria-hidden />}
                onClick={() => useTrainDialog.getState().open({ dataset: name, version: version.version })}
              >
                Train on v{version.version}
              </Button>
            ) : null}
          </>
        }
      />
      {asked === 'checkout' ? <CheckoutDialog version={version} onClose={close} /> : null}
      {asked === 'export' ? <ExportDialog version={version} onClose={close} /> : null}
      {asked === 'verify' ? <VerifyDialog version={version} onClose={close} /> : null}
      {asked === 'delete-version' ? <DeleteDialog version={version} onClose={close} /> : null}
      {asked === 'delete' ? <DeleteDialog version={version} whole onClose={close} /> : null}
    </>
  );
}
