import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../../app/contract/jobs.contract.ts';
import {
  exportedRuns,
  type TransferredRuns,
  transferredRuns,
} from '../../../app/contract/transfer.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { DialogFooter } from '../../components/dialog.tsx';
import { counted, formatBytes, formatCount } from '../../components/format.ts';
import { navigate } from '../../shell/router.ts';
import { JobProgress } from '../data/job-progress.tsx';
import { filtersOfIds } from '../runs/table/run-reads.ts';
import styles from './transfer.module.css';
import { useTransferDialog } from './transfer-dialog.store.ts';

interface TransferJobProps {
  readonly job: Job;
  readonly onClose: () => void;
}

/** An import or export as it goes, and what came of it. */
export function TransferJob({ job: first, onClose }: TransferJobProps) {
  const queries = useQueryClient();
  const [job, setJob] = useState(first);
  const imported = transferredRuns.safeParse(job.result).data;
  const exported = exportedRuns.safeParse(job.result).data;
  const ended = job.endedAt !== null;
  const onEnd = (last: Job) => {
    setJob(last);
    void queries.invalidateQueries({ queryKey: orpc.runs.key() });
  };
  return (
    <>
      <JobProgress job={first} onEnd={onEnd} />
      {ended && imported ? <Imported result={imported} /> : null}
      {ended && exported ? (
        <div className={styles.outcome}>
          <p>
            <b>{counted(exported.runs, 'run')}</b> with {counted(exported.points, 'point')},{' '}
            {formatBytes(exported.sizeBytes)}
          </p>
          <p className={styles.path}>
            <code>{exported.path}</code>
            <CopyButton value={exported.path} label="Copy the path" />
          </p>
          <Reasons title="Not said in this format" lines={exported.notes} />
        </div>
      ) : null}
      <DialogFooter note={ended ? undefined : 'It goes on when this closes.'}>
        {ended && job.kind === 'run.import' ? (
          <Button variant="quiet" onClick={() => useTransferDialog.getState().openImport()}>
            Import more
          </Button>
        ) : null}
        <Button onClick={onClose}>Close</Button>
        {ended && imported && imported.runs.length > 0 ? (
          <Button
            variant="primary"
            onClick={() => {
              onClose();
              navigate(linkTo(imported));
            }}
          >
            Show {imported.runs.length === 1 ? 'the run' : 'the runs'}
          </Button>
        ) : null}
      </DialogFooter>
    </>
  );
}

function linkTo({ runs }: TransferredRuns): string {
  const [only] = runs;
  if (runs.length === 1 && only) return `/runs/${only.id}`;
  const [filter = '', ...more] = filtersOfIds(runs.map(({ id }) => id));
  // More runs than a filter has room for: the newest stand first in the table anyway.
  return more.length > 0 ? '/runs' : `/runs?q=${encodeURIComponent(filter)}`;
}

function Imported({ result }: { readonly result: TransferredRuns }) {
  const { newRuns, knownRuns, points, artifacts, modelVersions, skipped, notes } = result;
  const facts = [
    ['added', counted(newRuns, 'run')],
    ['known before', counted(knownRuns, 'run')],
    ['new points', formatCount(points)],
    ['new files', formatCount(artifacts)],
    ...(modelVersions > 0 ? [['new model versions', formatCount(modelVersions)] as const] : []),
    ['skipped', counted(skipped.length, 'run')],
  ] as const;
  const nothingNew = newRuns === 0 && points === 0 && artifacts === 0 && modelVersions === 0;
  return (
    <div className={styles.outcome}>
      <p>
        {nothingNew
          ? `Nothing is new: ${counted(knownRuns, 'run')} had all that is there.`
          : `${counted(newRuns, 'new run')}${knownRuns > 0 ? `, ${counted(knownRuns, 'known run')} brought up to date` : ''}.`}
      </p>
      <dl>
        {facts.map(([word, value]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Reasons title="Skipped" lines={skipped.map(({ name, reason }) => `${name}: ${reason}`)} />
      <Reasons title="Left out" lines={notes} />
    </div>
  );
}

function Reasons({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <section className={styles.reasons} aria-label={title}>
      <h3>
        {title} <small>{formatCount(lines.length)}</small>
      </h3>
      <ul>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several lines may say the same, and none moves
          <li key={index}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
