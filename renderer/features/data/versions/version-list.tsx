import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { Badge } from '../../../components/badge.tsx';
import { counted, formatBytes } from '../../../components/format.ts';
import { Pane } from '../../../components/pane.tsx';
import { TimeText } from '../../../components/time-text.tsx';
import styles from '../data.module.css';

interface VersionListProps {
  /** Newest first. */
  readonly versions: readonly DatasetVersion[];
  readonly shown: DatasetVersion;
  readonly onShow: (version: DatasetVersion) => void;
}

/** The history of a dataset. Versions never change; choosing one shows it. */
export function VersionList({ versions, shown, onShow }: VersionListProps) {
  return (
    <Pane title="Versions" count={versions.length} className={styles.versions}>
      <ul>
        {versions.map((version, index) => (
          <li key={version.id}>
            <button
              type="button"
              aria-current={version.id === shown.id || undefined}
              onClick={() => onShow(version)}
            >
              <span className={styles.dot} />
              <span className={styles.badges}>
                <b>v{version.version}</b>
                {index === 0 ? <Badge tone="accent">latest</Badge> : null}
                {version.aliases.map((alias) => (
                  <Badge key={alias} tone="outline">
                    @{alias}
                  </Badge>
                ))}
              </span>
              <span className={styles.words}>{version.message || version.source}</span>
              <small>
                {change(version, versions[index + 1])}, <TimeText at={version.createdAt} />
              </small>
            </button>
          </li>
        ))}
      </ul>
      <p>Versions never change. Content that two of them share is stored once.</p>
    </Pane>
  );
}

function change(version: DatasetVersion, before: DatasetVersion | undefined): string {
  if (version.rows === null) return formatBytes(version.sizeBytes);
  if (before?.rows === null || before === undefined || before.rows === version.rows) {
    return counted(version.rows, 'row');
  }
  const difference = version.rows - before.rows;
  return `${difference > 0 ? '+' : '−'}${counted(Math.abs(difference), 'row')}`;
}
