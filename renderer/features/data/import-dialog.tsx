import { IconFile, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { type ImportSource, importResult } from '../../../app/contract/datasets.contract.ts';
import { objectName } from '../../../app/contract/ids.ts';
import type { Job } from '../../../app/contract/jobs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { uploadFile } from '../../client/upload.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Dialog, DialogFooter } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { counted, formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { navigate } from '../../shell/router.ts';
import styles from './data.module.css';
import { DropFiles } from './drop-files.tsx';
import { nameFromFile } from './file-name.ts';
import { useImportDialog } from './import-dialog.store.ts';
import { JobProgress } from './job-progress.tsx';

/** Imports files as a new dataset or as a new version of one. The job goes on when the dialog closes. */
export function ImportDialog() {
  const { opened, name, files, close } = useImportDialog();
  if (!opened) return null;
  return (
    <Dialog
      opened
      title={name ? `Import a new version of ${name}` : 'Import data'}
      onClose={close}
      size={520}
    >
      <ImportForm datasetName={name} dropped={files} onClose={close} />
    </Dialog>
  );
}

interface ImportFormProps {
  readonly datasetName: string;
  readonly dropped: readonly File[];
  readonly onClose: () => void;
}

function ImportForm({ datasetName, dropped, onClose }: ImportFormProps) {
  const queries = useQueryClient();
  const info = useQuery(orpc.system.info.queryOptions());
  const desktop = info.data?.host === 'electron';
  const [files, setFiles] = useState<readonly File[]>(dropped);
  const [paths, setPaths] = useState('');
  const [typedName, setName] = useState(datasetName);
  const [message, setMessage] = useState('');
  const [sent, setSent] = useState<number | null>(null);
  const [job, setJob] = useState<Job | null>(null);
  const stop = useRef(new AbortController());

  const pathList = paths.split('\n').flatMap((line) => line.trim() || []);
  const first = files[0]?.name ?? pathList[0] ?? '';
  const name = typedName.trim() || nameFromFile(first);
  const nameProblem = name === '' ? null : (objectName.safeParse(name).error?.issues[0]?.message ?? null);
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const ready = name !== '' && nameProblem === null && (files.length > 0 || pathList.length > 0);

  const begin = useMutation({
    mutationFn: async () => {
      let source: ImportSource = { kind: 'paths', paths: pathList };
      if (files.length > 0) {
        const uploads = [];
        let before = 0;
        for (const file of files) {
          const onProgress = (bytes: number) => setSent(before + bytes);
          uploads.push(await uploadFile(file, { signal: stop.current.signal, onProgress }));
          before += file.size;
        }
        source = { kind: 'uploads', uploads };
      }
      return client.datasets.import({ name, source, message });
    },
    onSuccess: setJob,
    onSettled: () => setSent(null),
  });

  const choose = useMutation({
    mutationFn: () => client.system.chooseFiles({ title: 'Import data', folders: false }),
    onSuccess: (chosen) => setPaths([...pathList, ...chosen.paths].join('\n')),
  });

  const onEnd = (ended: Job) => {
    const { data: result } = importResult.safeParse(ended.result);
    if (ended.state !== 'finished' || !result) return;
    void queries.invalidateQueries({ queryKey: orpc.datasets.key() });
    onClose();
    const { datasetName: made, version } = result.version;
    notify.done(
      result.reused
        ? `Nothing changed: ${made} v${version} has this content already`
        : `Imported ${made} v${version}`,
    );
    navigate(`/data/${encodeURIComponent(made)}?version=${version}`);
  };

  if (job) {
    return (
      <>
        <JobProgress job={job} onEnd={onEnd} />
        <DialogFooter note="It goes on when this closes.">
          <Button onClick={() => setJob(null)}>Back</Button>
          <Button onClick={onClose}>Close</Button>
        </DialogFooter>
      </>
    );
  }
  return (
    <DropFiles onDrop={(more) => setFiles([...files, ...more])}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !begin.isPending) begin.mutate();
        }}
      >
        {desktop ? null : (
          <label className={styles.dropzone}>
            <input
              type="file"
              multiple
              onChange={(event) => {
                setFiles([...files, ...(event.target.files ?? [])]);
                event.target.value = '';
              }}
            />
            <b>Choose files</b> or drop them here
            <small>CSV, TSV, JSON lines or Parquet become a table; anything else is kept as files</small>
          </label>
        )}
        {files.length > 0 ? (
          <ul className={styles.files}>
            {files.map((file) => (
              <li key={`${file.name} ${file.lastModified} ${file.size}`}>
                <IconFile size={14} stroke={1.6} aria-hidden />
                <span>{file.name}</span>
                <output>{formatBytes(file.size)}</output>
                <IconButton
                  label={`Take ${file.name} out`}
                  onClick={() => setFiles(files.filter((one) => one !== file))}
                >
                  <IconX size={14} stroke={1.6} aria-hidden />
                </IconButton>
              </li>
            ))}
          </ul>
        ) : (
          <Field
            label={desktop ? 'Files or folders' : 'Or paths on the machine that runs Lathe'}
            help="One a line; a folder is imported with everything in it"
          >
            {(field) => (
              <textarea
                {...field}
                rows={2}
                value={paths}
                spellCheck={false}
                placeholder="/data/measurements.csv"
                onChange={(event) => setPaths(event.target.value)}
              />
            )}
          </Field>
        )}
        {desktop ? (
          <div>
            <Button onClick={() => choose.mutate()}>Choose files</Button>
          </div>
        ) : null}
        <Field label="Dataset" error={nameProblem} help="A name that exists gets a new version">
          {(field) => (
            <input
              {...field}
              value={typedName}
              placeholder={nameFromFile(first) || 'name'}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Message" help="What changed and why, for whoever reads the history">
          {(field) => (
            <input {...field} value={message} onChange={(event) => setMessage(event.target.value)} />
          )}
        </Field>
        {sent === null ? null : (
          <div className={styles.sending}>
            <span>
              Sending {formatBytes(sent)} of {formatBytes(totalBytes)}
            </span>
            <ProgressBar fraction={totalBytes === 0 ? null : sent / totalBytes} label="Sending files" />
          </div>
        )}
        {begin.error && !stop.current.signal.aborted ? <ErrorNotice error={begin.error} /> : null}
        {choose.error ? <ErrorNotice error={choose.error} /> : null}
        <DialogFooter note={footNote(files.length, totalBytes)}>
          <Button
            variant="quiet"
            onClick={() => {
              stop.current.abort();
              onClose();
            }}
          >
            Cancel
          </Button>
          <Button variant="primary" type="submit" disabled={!ready || begin.isPending}>
            Import{name ? ` as ${name}` : ''}
          </Button>
        </DialogFooter>
      </form>
    </DropFiles>
  );
}

function footNote(files: number, bytes: number): string {
  if (files === 0) return 'Copied into the workspace; nothing leaves this machine.';
  return `${counted(files, 'file')}, ${formatBytes(bytes)}, copied into the workspace.`;
}
