import { lazy, Suspense } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { useTransferDialog } from './transfer-dialog.store.ts';

const ExportForm = lazy(async () => ({ default: (await import('./export-form.tsx')).ExportForm }));
const ImportForm = lazy(async () => ({ default: (await import('./import-form.tsx')).ImportForm }));
const TransferJob = lazy(async () => ({ default: (await import('./transfer-job.tsx')).TransferJob }));

/** Takes runs over from other tools' files, and writes them for other tools. The job goes on when the dialog closes. */
export function TransferDialog() {
  const { shown, close } = useTransferDialog();
  if (shown === null) return null;
  const exports = shown.kind === 'export' || (shown.kind === 'job' && shown.job.kind === 'run.export');
  return (
    <Dialog opened title={exports ? 'Export runs' : 'Import runs'} onClose={close} size={540}>
      <Suspense fallback={null}>
        {shown.kind === 'import' ? <ImportForm /> : null}
        {shown.kind === 'export' ? <ExportForm choice={shown.choice} /> : null}
        {shown.kind === 'job' ? <TransferJob key={shown.job.id} job={shown.job} onClose={close} /> : null}
      </Suspense>
    </Dialog>
  );
}
