import type { CheckReport } from '../../../../app/contract/data-checks.contract.ts';
import type { ImportResult } from '../../../../app/contract/datasets.contract.ts';
import { Button } from '../../../components/button.tsx';
import { DialogFooter } from '../../../components/dialog.tsx';
import { counted, formatBytes } from '../../../components/format.ts';
import { StateMark } from '../../../components/state-mark.tsx';
import styles from '../data.module.css';

/** What came of an import, in a line. */
export function importWords({ version, reused, readBytes, addedBytes }: ImportResult): string {
  const name = `${version.datasetName} v${version.version}`;
  if (reused) return `Nothing changed: ${name} has this content already (${formatBytes(readBytes)} read)`;
  const size = version.rows === null ? counted(version.files, 'file') : counted(version.rows, 'row');
  return `Imported ${name}: ${size}; read ${formatBytes(readBytes)}, ${formatBytes(addedBytes)} came onto the disk`;
}

interface ImportOutcomeProps {
  readonly result: ImportResult;
  readonly report: CheckReport;
  readonly onOpen: () => void;
  readonly onChecks: () => void;
}

/** What came of an import whose checks had something to say. */
export function ImportOutcome({ result, report, onOpen, onChecks }: ImportOutcomeProps) {
  const failed = report.outcomes.filter(({ state }) => state !== 'passed');
  return (
    <div className={styles.form}>
      <p className={styles.verdict} role="status">
        <StateMark state="done" /> {importWords(result)}.
      </p>
      <div>
        <h3>
          {failed.length} of {counted(report.outcomes.length, 'check')} did not pass
        </h3>
        <ul className={styles.findings}>
          {failed.map(({ title, message }) => (
            <li key={title}>
              <StateMark state="warning" />
              <span>
                <b>{title}</b>: {message}
              </span>
            </li>
          ))}
        </ul>
      </div>
      <DialogFooter>
        <Button onClick={onChecks}>See the checks</Button>
        <Button variant="primary" onClick={onOpen}>
          Open v{result.version.version}
        </Button>
      </DialogFooter>
    </div>
  );
}
