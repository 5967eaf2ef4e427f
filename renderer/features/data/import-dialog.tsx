import { Dialog } from '../../components/dialog.tsx';
import { ImportFlow } from './import/import-flow.tsx';
import { useImportDialog } from './import-dialog.store.ts';

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
      <ImportFlow datasetName={name} dropped={files} kind={kind} onClose={close} />
    </Dialog>
  );
}
