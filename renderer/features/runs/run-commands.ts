import { IconChartLine, IconDownload, IconUpload } from '@tabler/icons-react';
import { notify } from '../../components/notify.ts';
import type { Command } from '../../shell/commands.ts';
import { useTransferDialog } from '../transfer/transfer-dialog.store.ts';
import { compareRuns } from './run-actions.ts';
import { useRunSelection } from './run-selection.store.ts';

/** What the palette can do with the runs that are marked in the table. */
export const runCommands: readonly Command[] = [
  {
    title: 'Compare the marked runs',
    icon: IconChartLine,
    words: 'difference overlay curves selection',
    note: 'C in Runs',
    run: () => {
      const { selected } = useRunSelection.getState();
      if (selected.size === 0) notify.done('No run is marked; mark some in Runs with Space');
      else compareRuns([...selected.keys()].map((id) => ({ id })));
    },
  },
  {
    title: 'Import runs',
    icon: IconDownload,
    words: 'tensorboard wandb weights biases mlflow mlruns csv transfer',
    run: () => useTransferDialog.getState().openImport(),
  },
  {
    title: 'Export runs',
    icon: IconUpload,
    words: 'tensorboard mlflow csv parquet transfer save marked',
    run: () =>
      useTransferDialog.getState().openExport({ marked: [...useRunSelection.getState().selected.keys()] }),
  },
];
