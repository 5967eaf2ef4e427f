import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { ImportSource } from '../../../../app/contract/datasets.contract.ts';
import { objectName } from '../../../../app/contract/ids.ts';
import type { Job } from '../../../../app/contract/jobs.contract.ts';
import { client } from '../../../client/orpc.ts';
import { nameFromFile } from '../file-name.ts';
import {
  emptyImport,
  type ImportDraft,
  linesOf,
  readSource,
  readTags,
  type SourceKind,
  wordsOfSource,
} from './import-draft.ts';
import { sendFiles } from './send-files.ts';

interface ImportBeginning {
  /** The data set that gets a new version; empty to name a new one. */
  readonly datasetName: string;
  readonly dropped: readonly File[];
  readonly kind: SourceKind;
}

/** All that is typed and chosen for an import, what is wrong with it, and its job once it has begun. */
export function useImport({ datasetName, dropped, kind }: ImportBeginning) {
  const [draft, setDraft] = useState<ImportDraft>({ ...emptyImport, kind });
  const [files, setFiles] = useState<readonly File[]>(dropped);
  const [typedName, setName] = useState(datasetName);
  const [message, setMessage] = useState('');
  const [sentBytes, setSentBytes] = useState<number | null>(null);
  const [job, setJob] = useState<Job | null>(null);
  const stop = useRef(new AbortController());

  const isSending = draft.kind === 'files' && files.length > 0;
  const { source, problem } = readSource(draft);
  const { tags, problem: tagProblem } = readTags(draft.tags);
  const nameByItself = nameFromFile(isSending ? (files[0]?.name ?? '') : wordsOfSource(draft));
  const name = typedName.trim() || nameByItself;
  const nameProblem = name === '' ? null : (objectName.safeParse(name).error?.issues[0]?.message ?? null);

  const begin = useMutation({
    mutationFn: async () => {
      const from: ImportSource | null = isSending
        ? { kind: 'uploads', uploads: await sendFiles(files, stop.current.signal, setSentBytes) }
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
    onSettled: () => setSentBytes(null),
  });

  return {
    draft,
    change: (part: Partial<ImportDraft>) => setDraft((before) => ({ ...before, ...part })),
    files,
    setFiles,
    typedName,
    setName,
    /** The name that the data set gets: as typed, or after what is imported; empty where neither says one. */
    name,
    nameByItself,
    message,
    setMessage,
    /** What the draft says; null where it says nothing whole yet, or where files are sent. */
    source: isSending ? null : source,
    problem: isSending ? null : problem,
    tagProblem,
    nameProblem,
    isSending,
    sentBytes,
    totalBytes: files.reduce((sum, { size }) => sum + size, 0),
    isReady: name !== '' && nameProblem === null && tagProblem === null && (isSending || source !== null),
    isBusy: begin.isPending,
    begin: () => begin.mutate(),
    /** Why it could not begin; null also where that was wanted. */
    error: stop.current.signal.aborted ? null : begin.error,
    /** End the sending of files. */
    stopSending: () => stop.current.abort(),
    job,
    setJob,
  };
}

export type ImportWish = ReturnType<typeof useImport>;
