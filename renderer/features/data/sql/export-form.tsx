import { useState } from 'react';
import {
  type ExportFormat,
  type ExportResult,
  exportResult,
} from '../../../../app/contract/data-sql.contract.ts';
import { objectName } from '../../../../app/contract/ids.ts';
import { client } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import { counted, formatBytes } from '../../../components/format.ts';
import screen from '../../../components/screen.module.css';
import { SegmentedChoice } from '../../../components/segments.tsx';
import { Link } from '../../../shell/router.ts';
import styles from '../data.module.css';
import { JobProgress } from '../job-progress.tsx';
import { useJob } from '../use-job.ts';

type Kind = 'file' | 'dataset';

interface ExportFormProps {
  readonly query: string;
  /** Of the file, without its ending. */
  readonly suggestedName: string;
  readonly kinds: readonly Kind[];
  readonly onClose: () => void;
}

const formats: readonly (readonly [ExportFormat, string])[] = [
  ['csv', 'CSV'],
  ['parquet', 'Parquet'],
  ['jsonl', 'JSON lines'],
];

/** Writes all rows that a query gives: to a file, or as a version of a data set. */
export function ExportForm({ query, suggestedName, kinds, onClose }: ExportFormProps) {
  const [kind, setKind] = useState<Kind>(kinds[0] ?? 'file');
  const [format, setFormat] = useState<ExportFormat>('csv');
  const [path, setPath] = useState('');
  const [overwrite, setOverwrite] = useState(false);
  const [name, setName] = useState('');
  const [message, setMessage] = useState('');
  const [result, setResult] = useState<ExportResult | null>(null);
  const nameProblem = name === '' ? null : (objectName.safeParse(name).error?.issues[0]?.message ?? null);
  const ready = kind === 'file' ? path.trim() !== '' : name.trim() !== '' && nameProblem === null;
  const { job, error, busy, begin, onEnd } = useJob(
    () =>
      client.dataTables.sql.export({
        query,
        target:
          kind === 'file'
            ? { kind, path: path.trim(), format, overwrite }
            : { kind, name: name.trim(), message },
      }),
    ({ result: given }) => setResult(exportResult.parse(given)),
  );
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) begin();
      }}
    >
      {kinds.length > 1 ? (
        <div>
          <SegmentedChoice
            label="Where to"
            chosen={kind}
            options={[
              ['file', 'A file'],
              ['dataset', 'A data set version'],
            ]}
            onChoose={setKind}
          />
        </div>
      ) : null}
      {kind === 'file' ? (
        <>
          <div>
            <SegmentedChoice label="Format" chosen={format} options={formats} onChoose={setFormat} />
          </div>
          <Field label="File" help="On the machine that runs Lathe">
            {(field) => (
              <input
                {...field}
                data-autofocus
                spellCheck={false}
                placeholder={`/data/${suggestedName}.${format}`}
                value={path}
                onChange={({ target }) => setPath(target.value)}
              />
            )}
          </Field>
          <label className={screen.check}>
            <input
              type="checkbox"
              checked={overwrite}
              onChange={({ target }) => setOverwrite(target.checked)}
            />
            Replace a file that is there
          </label>
        </>
      ) : (
        <>
          <Field label="Data set" help="A name that exists gets a new version" error={nameProblem}>
            {(field) => <input {...field} value={name} onChange={({ target }) => setName(target.value)} />}
          </Field>
          <Field label="Message" help="The version remembers the query by itself">
            {(field) => (
              <input {...field} value={message} onChange={({ target }) => setMessage(target.value)} />
            )}
          </Field>
        </>
      )}
      {result ? <Outcome result={result} /> : null}
      {error ? <ErrorNotice error={error} /> : null}
      {job && !result ? <JobProgress key={job.id} job={job} onEnd={onEnd} /> : null}
      <DialogFooter note="All rows are written, however many the page shows.">
        <Button variant="quiet" onClick={onClose}>
          Close
        </Button>
        <Button variant="primary" type="submit" disabled={!ready || busy}>
          Export
        </Button>
      </DialogFooter>
    </form>
  );
}

function Outcome({ result: { rows, sizeBytes, path, dataset } }: { readonly result: ExportResult }) {
  return (
    <p role="status">
      {counted(rows, 'row')}, {formatBytes(sizeBytes)}:{' '}
      {dataset ? (
        <Link to={`/data/${encodeURIComponent(dataset.name)}?version=${dataset.version}`}>
          {dataset.name} v{dataset.version}
          {dataset.reused ? ', which had this content already' : ''}
        </Link>
      ) : (
        path
      )}
    </p>
  );
}
