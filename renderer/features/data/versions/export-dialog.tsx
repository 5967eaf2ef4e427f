import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { Dialog } from '../../../components/dialog.tsx';
import { ExportForm } from '../sql/export-form.tsx';

interface ExportDialogProps {
  readonly version: DatasetVersion;
  readonly onClose: () => void;
}

/** Writes a version's table as one file in another format. */
export function ExportDialog({ version, onClose }: ExportDialogProps) {
  const name = `${version.datasetName}@${version.version}`;
  return (
    <Dialog opened title={`Export ${version.datasetName} v${version.version}?`} onClose={onClose} size={520}>
      <ExportForm
        query={`SELECT * FROM "${name.replaceAll('"', '""')}"`}
        suggestedName={`${version.datasetName}-v${version.version}`}
        kinds={['file']}
        onClose={onClose}
      />
    </Dialog>
  );
}
