import { IconCode, IconDatabaseImport } from '@tabler/icons-react';
import type { Command } from '../../shell/commands.ts';
import { navigate } from '../../shell/router.ts';
import { useImportDialog } from './import-dialog.store.ts';

/** What the palette can do with data, beyond the plain import. */
export const dataCommands: readonly Command[] = [
  {
    title: 'Write an SQL query over data',
    icon: IconCode,
    words: 'sql editor select table duckdb chart',
    run: () => navigate('/sql'),
  },
  {
    title: 'Import from a URL, bucket or database',
    icon: IconDatabaseImport,
    words: 's3 http postgres sqlite duckdb croissant glob',
    run: () => useImportDialog.getState().open({ kind: 'url' }),
  },
];
