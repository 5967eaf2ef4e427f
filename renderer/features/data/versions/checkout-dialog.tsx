import { useState } from 'react';
import {
  type CheckoutResult,
  checkoutResult,
  type DatasetVersion,
} from '../../../../app/contract/datasets.contract.ts';
import { client } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import { counted, formatBytes, formatCount } from '../../../components/format.ts';
import styles from '../data.module.css';
import { JobProgress } from '../job-progress.tsx';
import { useJob } from '../use-job.ts';

type Existing = 'refuse' | 'update' | 'overwrite';

interface CheckoutDialogProps {
  readonly version: DatasetVersion;
  readonly onClose: () => void;
}

/** Writes the files of a version into a folder of the machine that runs Lathe. */
export function CheckoutDialog({ version, onClose }: CheckoutDialogProps) {
  const [folder, setFolder] = useState('');
  const [prefix, setPrefix] = useState('');
  const [existing, setExisting] = useState<Existing>('update');
  const [result, setResult] = useState<CheckoutResult | null>(null);
  const { job, error, busy, begin, onEnd } = useJob(
    () =>
      client.datasets.checkout({
        dataset: version.datasetName,
        version: version.version,
        folder: folder.trim(),
        prefix: prefix.trim(),
        existing,
      }),
    ({ result: given }) => setResult(checkoutResult.parse(given)),
  );
  return (
    <Dialog
      opened
      title={`Check out ${version.datasetName} v${version.version}?`}
      onClose={onClose}
      size={520}
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (folder.trim() !== '' && !busy) begin();
        }}
      >
        <Field label="Folder" help="On the machine that runs Lathe; it is made if it is not there">
          {(field) => (
            <input
              {...field}
              data-autofocus
              value={folder}
              placeholder={`/data/${version.datasetName}`}
              spellCheck={false}
              onChange={({ target }) => setFolder(target.value)}
            />
          )}
        </Field>
        {version.files > 1 ? (
          <Field label="Only files that begin with" help="Empty: all of them">
            {(field) => (
              <input
                {...field}
                value={prefix}
                spellCheck={false}
                onChange={({ target }) => setPrefix(target.value)}
              />
            )}
          </Field>
        ) : null}
        <Field label="If the folder holds something">
          {(field) => (
            <select
              {...field}
              value={existing}
              onChange={({ target }) => setExisting(target.value as Existing)}
            >
              <option value="update">Make it equal, but not over files that I changed</option>
              <option value="overwrite">Make it equal, over everything</option>
              <option value="refuse">Leave it alone</option>
            </select>
          )}
        </Field>
        {result ? <p role="status">{outcome(result)}</p> : null}
        {error ? <ErrorNotice error={error} /> : null}
        {job && !result ? <JobProgress key={job.id} job={job} onEnd={onEnd} /> : null}
        <DialogFooter
          note={
            busy
              ? 'It goes on when this closes.'
              : `${counted(version.files, 'file')}, ${formatBytes(version.sizeBytes)}; what the folder has already is not written again.`
          }
        >
          <Button variant="quiet" onClick={onClose}>
            Close
          </Button>
          <Button variant="primary" type="submit" disabled={folder.trim() === '' || busy}>
            Check out
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function outcome({ folder, written, writtenBytes, removed, unchanged }: CheckoutResult): string {
  const parts = [
    `${counted(written, 'file')} written (${formatBytes(writtenBytes)})`,
    removed > 0 ? `${formatCount(removed)} removed` : null,
    unchanged > 0 ? `${formatCount(unchanged)} unchanged` : null,
  ];
  return `${folder}: ${parts.filter(Boolean).join(', ')}.`;
}
