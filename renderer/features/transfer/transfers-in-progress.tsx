import { useQuery } from '@tanstack/react-query';
import type { Job } from '../../../app/contract/jobs.contract.ts';
import { exportedRuns, transferredRuns } from '../../../app/contract/transfer.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { counted } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { JobProgress } from '../data/job-progress.tsx';
import { useTransferDialog } from './transfer-dialog.store.ts';

/** Imports and exports of runs that go on while their dialog is closed. */
export function TransfersInProgress() {
  const jobs = useQuery(orpc.jobs.list.queryOptions({ input: { active: true } }));
  const shown = useTransferDialog((state) => state.shown);
  const inDialog = shown?.kind === 'job' ? shown.job.id : null;
  return (jobs.data ?? [])
    .filter(({ kind, id }) => (kind === 'run.import' || kind === 'run.export') && id !== inDialog)
    .map((job) => <JobProgress key={job.id} job={job} onEnd={tell} />);
}

function tell(job: Job): void {
  const imported = transferredRuns.safeParse(job.result).data;
  const exported = exportedRuns.safeParse(job.result).data;
  if (imported) {
    const skipped = imported.skipped.length > 0 ? `, ${imported.skipped.length} skipped` : '';
    notify.done(
      `Imported ${counted(imported.newRuns, 'new run')}, ${counted(imported.points, 'point')}${skipped}`,
    );
  }
  if (exported) notify.done(`Exported ${counted(exported.runs, 'run')} to ${exported.path}`);
}
