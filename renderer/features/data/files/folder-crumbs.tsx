import type { DatasetVersion, FolderPage } from '../../../../app/contract/datasets.contract.ts';
import { counted, formatBytes } from '../../../components/format.ts';
import styles from '../data.module.css';

interface FolderCrumbsProps {
  readonly version: DatasetVersion;
  /** Empty for the root, else with a slash at its end. */
  readonly folder: string;
  readonly page: FolderPage | undefined;
  readonly onOpen: (folder: string) => void;
}

/** Where a folder lies, each part a way up, and what is in it. */
export function FolderCrumbs({ version, folder, page, onOpen }: FolderCrumbsProps) {
  const parts = folder.split('/').filter(Boolean);
  return (
    <nav className={styles.crumbs} aria-label="Folder">
      <button type="button" onClick={() => onOpen('')} aria-current={folder === '' ? 'page' : undefined}>
        {version.datasetName} v{version.version}
      </button>
      {parts.map((part, index) => (
        <span key={parts.slice(0, index + 1).join('/')}>
          {' / '}
          <button
            type="button"
            onClick={() => onOpen(`${parts.slice(0, index + 1).join('/')}/`)}
            aria-current={index === parts.length - 1 ? 'page' : undefined}
          >
            {part}
          </button>
        </span>
      ))}
      <output>{page ? folderFacts(page) : ''}</output>
    </nav>
  );
}

/** For example `12 folders, 3 files here; 40,000 files below, 1.2 GB`. */
export function folderFacts({ folders, total, files, sizeBytes }: FolderPage): string {
  const direct = total - folders;
  if (folders === 0) return `${counted(files, 'file')}, ${formatBytes(sizeBytes)}`;
  const here = direct === 0 ? '' : `, ${counted(direct, 'file')}`;
  return `${counted(folders, 'folder')}${here} here; ${counted(files, 'file')} below, ${formatBytes(sizeBytes)}`;
}
