import { useState } from 'react';
import {
  type DatasetVersion,
  type VerifyResult,
  verifyResult,
} from '../../../../app/contract/datasets.contract.ts';
import { client } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted, formatBytes } from '../../../components/format.ts';
import { StateMark } from '../../../components/state-mark.tsx';
import styles from '../data.module.css';
import { JobProgress } from '../job-progress.tsx';
import { useJob } from '../use-job.ts';

interface VerifyDialogProps {
  readonly version: DatasetVersion;
  readonly onClose: () => void;
}

/** Reads everything that a version holds and compares it with its digests. */
export function VerifyDialog({ version, onClose }: VerifyDialogProps) {
  const [result, setResult] = useState<VerifyResult | null>(null);
  const { job, error, busy, begin, onEnd } = useJob(
    () => client.datasets.verify({ dataset: version.datasetName, version: version.version }),
    ({ result: given }) => setResult(verifyResult.parse(given)),
  );
  return (
    <Dialog opened title={`Verify ${version.datasetName} v${version.version}?`} onClose={onClose} size={480}>
      <div className={styles.form}>
        <p>Reads {formatBytes(version.sizeBytes)} from the store and compares every piece with its digest.</p>
        {result ? <Outcome result={result} /> : null}
        {error ? <ErrorNotice error={error} /> : null}
        {job && !result ? <JobProgress key={job.id} job={job} onEnd={onEnd} /> : null}
        <DialogFooter note={busy ? 'It goes on when this closes.' : undefined}>
          <Button variant="quiet" onClick={onClose}>
            Close
          </Button>
          <Button variant="primary" data-autofocus disabled={busy} onClick={begin}>
            Verify
          </Button>
        </DialogFooter>
      </div>
    </Dialog>
  );
}

function Outcome({ result: { damaged, sizeBytes } }: { readonly result: VerifyResult }) {
  if (damaged.length === 0) {
    return (
      <p className={styles.verdict} role="status">
        <StateMark state="finished" /> Whole: {formatBytes(sizeBytes)} are as they were imported.
      </p>
    );
  }
  return (
    <ul className={styles.findings} role="status">
      {damaged.map(({ kind, name, reason, versions }) => (
        <li key={`${kind} ${name}`}>
          <StateMark state="failed" />
          <span>
            {reason} It harms{' '}
            {versions
              .map((one) => `${one.datasetName} v${one.version} (${counted(one.files, 'file')})`)
              .join(', ')}
            .
          </span>
        </li>
      ))}
    </ul>
  );
}
