import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { CheckReport } from '../../../app/contract/data-checks.contract.ts';
import { hostReached } from '../../../app/contract/data-sources.contract.ts';
import {
  type ImportResult,
  type ImportSource,
  importResult,
} from '../../../app/contract/datasets.contract.ts';
import { objectName } from '../../../app/contract/ids.ts';
import type { Job } from '../../../app/contract/jobs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { uploadFile } from '../../client/upload.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogFooter } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { counted, formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { SegmentedChoice } from '../../components/segments.tsx';
import { navigate } from '../../shell/router.ts';
import styles from './data.module.css';
import { DropFiles } from './drop-files.tsx';
import { nameFromFile } from './file-name.ts';
import { FileFields } from './import/file-fields.tsx';
import {
  emptyImport,
  type ImportDraft,
  linesOf,
  readSource,
  readTags,
  type SourceKind,
  sourceKinds,
  wordsOfSource,
} from './import/import-draft.ts';
import { ImportOutcome, importWords } from './import/import-outcome.tsx';
import { OptionFields } from './import/option-fields.tsx';
import { SourceFields } from './import/source-fields.tsx';
import { useImportDialog } from './import-dialog.store.ts';
import { JobProgress } from './job-progress.tsx';

/** Imports files as a new dataset or as a new version of one. The job goes on when the dialog closes. */
export function ImportDialog() {
  const { opened, name, files, kind, close } = useImportDialog();
  if (!opened) return null;
  return (
    <Dialog
      opened
      title={name ? `Import a new version of ${name}` : 'Import data'}
      onClose={close}
      size={600}
    >
      <ImportForm datasetName={name} dropped={files} kind={kind} onClose={close} />
    </Dialog>
  );
}

interface ImportFormProps {
  readonly datasetName: string;
  readonly dropped: readonly File[];
  readonly kind: SourceKind;
  readonly onClose: () => void;
}

function ImportForm({ datasetName, dropped, kind, onClose }: ImportFormProps) {
  const queries = useQueryClient();
  const info = useQuery(orpc.system.info.queryOptions());
  const [draft, setDraft] = useState<ImportDraft>({ ...emptyImport, kind });
  const [files, setFiles] = useState<readonly File[]>(dropped);
  const [typedName, setName] = useState(datasetName);
  const [message, setMessage] = useState('');
  const [sent, setSent] = useState<number | null>(null);
  const [job, setJob] = useState<Job | null>(null);
  const [ended, setEnded] = useState<{ result: ImportResult; report: CheckReport } | null>(null);
  const stop = useRef(new AbortController());
  const change = (part: Partial<ImportDraft>) => setDraft((before) => ({ ...before, ...part }));

  const sending = draft.kind === 'files' && files.length > 0;
  const { source, problem } = readSource(draft);
  const { tags, problem: tagProblem } = readTags(draft.tags);
  const words = sending ? (files[0]?.name ?? '') : wordsOfSource(draft);
  const name = typedName.trim() || nameFromFile(words);
  const nameProblem = name === '' ? null : (objectName.safeParse(name).error?.issues[0]?.message ?? null);
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const ready = name !== '' && nameProblem === null && tagProblem === null && (sending || source !== null);

  const begin = useMutation({
    mutationFn: async () => {
      const from: ImportSource | null = sending
        ? { kind: 'uploads', uploads: await send(files, stop.current.signal, setSent) }
        : source;
      if (!from) throw new Error('There is nothing to import.');
      return client.datasets.import({
        name,
        source: from,
        message,
        tags,
        include: linesOf(draft.include),
        exclude: linesOf(draft.exclude),
        rehash: draft.rehash,
        ...(draft.format && { format: draft.format }),
      });
    },
    onSuccess: setJob,
    onSettled: () => setSent(null),
  });

  const open = ({ version }: ImportResult, tab = '') => {
    onClose();
    navigate(`/data/${encodeURIComponent(version.datasetName)}?version=${version.version}${tab}`);
  };
  const onEnd = async (done: Job) => {
    const { data: result } = importResult.safeParse(done.result);
    setJob(done);
    if (done.state !== 'finished' || !result) return;
    await queries.invalidateQueries({ queryKey: orpc.datasets.key() });
    const { datasetName: dataset, version } = result.version;
    const reports = result.reused
      ? []
      : await client.dataChecks.results({ dataset, version }).catch((): CheckReport[] => []);
    const report = reports.find(({ trigger, failed }) => trigger === 'import' && failed > 0);
    if (report) {
      setEnded({ result, report });
      return;
    }
    notify.done(importWords(result));
    open(result);
  };

  if (ended) {
    return (
      <>
        <ImportOutcome {...ended} />
        <DialogFooter>
          <Button onClick={() => open(ended.result, '&tab=checks')}>See the checks</Button>
          <Button variant="primary" onClick={() => open(ended.result)}>
            Open v{ended.result.version.version}
          </Button>
        </DialogFooter>
      </>
    );
  }
  if (job) {
    const refused = job.failure?.code === 'CHECK_FAILED';
    return (
      <>
        <JobProgress job={job} onEnd={(done) => void onEnd(done)} />
        <DialogFooter note={job.endedAt === null ? 'It goes on when this closes.' : undefined}>
          {refused ? (
            <Button
              onClick={() => {
                onClose();
                navigate(`/data/${encodeURIComponent(name)}?tab=checks`);
              }}
            >
              See the checks
            </Button>
          ) : null}
          <Button onClick={() => setJob(null)}>Back</Button>
          <Button onClick={onClose}>Close</Button>
        </DialogFooter>
      </>
    );
  }
  return (
    <DropFiles
      onDrop={(more) => {
        change({ kind: 'files' });
        setFiles([...files, ...more]);
      }}
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !begin.isPending) begin.mutate();
        }}
      >
        <div>
          <SegmentedChoice
            label="Where the data comes from"
            chosen={draft.kind}
            options={sourceKinds}
            onChoose={(next) => change({ kind: next, credential: '' })}
          />
        </div>
        {draft.kind === 'files' ? (
          <FileFields
            desktop={info.data?.host === 'electron'}
            files={files}
            paths={draft.paths}
            onFiles={setFiles}
            onPaths={(paths) => change({ paths })}
          />
        ) : (
          <SourceFields draft={draft} onChange={change} />
        )}
        {problem && !sending ? <p className={styles.problem}>{problem}</p> : null}
        <div className={styles.pair}>
          <Field label="Dataset" error={nameProblem} help="A name that exists gets a new version">
            {(field) => (
              <input
                {...field}
                value={typedName}
                placeholder={nameFromFile(words) || 'name'}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label="Message" help="What changed and why">
            {(field) => (
              <input {...field} value={message} onChange={(event) => setMessage(event.target.value)} />
            )}
          </Field>
        </div>
        <OptionFields draft={draft} tagProblem={tagProblem} onChange={change} />
        {sent === null ? null : (
          <div className={styles.sending}>
            <span>
              Sending {formatBytes(sent)} of {formatBytes(totalBytes)}
            </span>
            <ProgressBar fraction={totalBytes === 0 ? null : sent / totalBytes} label="Sending files" />
          </div>
        )}
        {begin.error && !stop.current.signal.aborted ? <ErrorNotice error={begin.error} /> : null}
        <DialogFooter note={footNote(sending ? files : [], totalBytes, source, draft.kind)}>
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

/** Sends files to the core one after another and gives the ids under which they lie there. */
async function send(files: readonly File[], signal: AbortSignal, onSent: (bytes: number) => void) {
  const uploads = [];
  let before = 0;
  for (const file of files) {
    const at = before;
    uploads.push(await uploadFile(file, { signal, onProgress: (bytes) => onSent(at + bytes) }));
    before += file.size;
  }
  return uploads;
}

function footNote(
  files: readonly File[],
  bytes: number,
  source: ImportSource | null,
  kind: SourceKind,
): string {
  if (files.length > 0)
    return `${counted(files.length, 'file')}, ${formatBytes(bytes)}, copied into the workspace.`;
  const host = source && hostReached(source);
  if (host) return `This reads from ${host} over the network.`;
  return source === null && kind !== 'files' && kind !== 'glob'
    ? 'Copied into the workspace.'
    : 'Copied into the workspace; nothing leaves this machine.';
}
