import { IconArrowsExchange } from '@tabler/icons-react';
import { counted, formatCount } from '../../components/format.ts';
import { Menu } from '../../components/menu.tsx';
import type { MarkedRuns } from '../runs/table/marked-runs.ts';
import type { RunsAsked } from '../runs/table/run-reads.ts';
import styles from '../runs/table/run-table.module.css';
import { useTransferDialog } from './transfer-dialog.store.ts';

interface TransferMenuProps {
  readonly marked: MarkedRuns;
  /** What the table shows. */
  readonly asked: RunsAsked;
  readonly total: number | null;
}

/** Runs from other tools, and runs for other tools. */
export function TransferMenu({ marked, asked, total }: TransferMenuProps) {
  const { openImport, openExport } = useTransferDialog.getState();
  const ids = [...marked.keys()];
  return (
    <Menu
      label="Import and export"
      className={styles.menuButton}
      groups={[
        [{ id: 'import', label: 'Import runs', note: 'TensorBoard, W&B, MLflow, CSV', run: openImport }],
        [
          ...(ids.length > 0
            ? [
                {
                  id: 'marked',
                  label: `Export ${counted(ids.length, 'marked run')}`,
                  run: () => openExport({ marked: ids, asked, total }),
                },
              ]
            : []),
          {
            id: 'all',
            label: `Export all ${formatCount(total ?? 0)}${asked.filter ? ' of the filter' : ''}`,
            run: () => openExport({ marked: [], asked, total }),
          },
        ],
      ]}
    >
      <IconArrowsExchange size={16} stroke={1.5} aria-hidden />
      Transfer
    </Menu>
  );
}
